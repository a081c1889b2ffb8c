package dev.scriptorium.feedback.corrections;

import dev.scriptorium.schemas.Verdict;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CsvCorrectionsTest {
    private final List<NewCorrection> read = new ArrayList<>();

    private List<String> read(String csv) throws Exception {
        return new CsvCorrections("a.csv", "import")
                .read(new StringReader(csv), read::add).stream()
                        .map(refused -> refused.place() + ": " + refused.message())
                        .toList();
    }

    @Test
    void readsQuotedTextsWithLineBreaksAndAByteOrderMark() throws Exception {
        assertThat(read("\uFEFFPageId,TEXT\r\ndoc/1,\"He said \"\"no\"\",\r\nand left\"\r\n"))
                .isEmpty();
        assertThat(read).extracting(NewCorrection::text).containsExactly("He said \"no\",\nand left");
        assertThat(read.get(0).reviewer()).isEqualTo("import");
        assertThat(read.get(0).verdict()).isEqualTo(Verdict.EDITED);
    }

    @Test
    void readsEveryColumn() throws Exception {
        String csv = """
                note,verdict,correctedAt,reviewer,pageId,text
                faded,accepted,2026-01-02T03:04:05Z,Zoë,doc/1,x
                """;
        assertThat(read(csv)).isEmpty();
        NewCorrection one = read.get(0);
        assertThat(one.note()).isEqualTo("faded");
        assertThat(one.verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(one.correctedAt()).contains(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(one.reviewer()).isEqualTo("Zoë");
    }

    @Test
    void refusesRowsByLineAndReadsTheOthers() throws Exception {
        assertThat(read("pageId,text,verdict\ndoc/1,\"a\nb\",\n,x,\ndoc/2,x\ndoc/3,,\ndoc/4,,EDITED\ndoc/5,x,fine\n"))
                .containsExactly(
                        "a.csv line 4: pageId: <documentId>/<page number> expected, '' found",
                        "a.csv line 5: as many fields as columns expected, 2 found",
                        "a.csv line 6: text: some expected, or the verdict EDITED for a page without, neither found",
                        "a.csv line 8: verdict: ACCEPTED, EDITED, REJECTED expected, 'fine' found");
        assertThat(read).extracting(NewCorrection::pageId).containsExactly("doc/1", "doc/4");
    }

    @Test
    void keepsWhatCameBeforeABrokenQuote() throws Exception {
        assertThat(read("pageId,text\ndoc/1,a\ndoc/2,\"b\ndoc/3,c\n"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("a.csv: ");
        assertThat(read).extracting(NewCorrection::pageId).containsExactly("doc/1");
    }

    @Test
    void refusesAFileWithOtherColumns() {
        assertThatThrownBy(() -> read("page,text\ndoc/1,a\n"))
                .isInstanceOf(BatchFormatException.class)
                .hasMessage("a.csv line 1: the columns pageId and text and perhaps verdict, reviewer, note, correctedAt"
                        + " expected, page, text found");
        assertThatThrownBy(() -> read("")).isInstanceOf(BatchFormatException.class);
        assertThatThrownBy(() -> read("pageId,pageId,text\n")).isInstanceOf(BatchFormatException.class);
    }
}
