package dev.scriptorium.feedback.corrections;

import dev.scriptorium.schemas.Correction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class BatchImportTest {
    private static final Map<String, Set<String>> PAGES =
            Map.of("scan.tif/1", Set.of("doc/1"), "twice.png/1", Set.of("a/1", "b/1"));

    @TempDir
    Path folder;

    private final RecordingSink sink = new RecordingSink();

    private ImportReport run(Optional<String> pageId, Path... paths) throws IOException {
        return new BatchImport(
                        sink.sink(), (name, number) -> PAGES.getOrDefault(name + "/" + number, Set.of()), "archive")
                .run(List.of(paths), pageId);
    }

    private Path page(String file, String image, String text) throws IOException {
        return Files.writeString(
                folder.resolve(file),
                "<PcGts><Page imageFilename='" + image + "'><TextRegion id='r'><TextEquiv><Unicode>" + text
                        + "</Unicode></TextEquiv></TextRegion></Page></PcGts>");
    }

    @Test
    void importsAFolderAndReportsWhatItRefuses() throws Exception {
        Path unknown = page("a.xml", "unknown.tif", "x");
        page("b.XML", "scan.tif", "Grüße");
        Path ambiguous = page("c.xml", "twice.png", "x");
        Path broken = Files.writeString(folder.resolve("d.xml"), "<PcGts>");
        Files.writeString(folder.resolve("e.csv"), "pageId,text\ndoc/2,zwei\nnone,drei\n");
        Files.writeString(folder.resolve("f.txt"), "passed over");
        Path other = Files.writeString(folder.resolve("g.csv"), "a,b\n");

        ImportReport report = run(Optional.empty(), folder);

        assertThat(report.sent()).containsExactly("doc/1", "doc/2");
        assertThat(sink.corrections()).extracting(Correction::getText).containsExactly("Grüße", "zwei");
        assertThat(sink.corrections()).extracting(Correction::getReviewer).containsOnly("archive");
        assertThat(report.refused().stream().map(ImportReport.Refused::place))
                .containsExactly(
                        unknown.toString(),
                        ambiguous.toString(),
                        broken.toString(),
                        folder.resolve("e.csv") + " line 3",
                        other.toString());
        assertThat(report.refused().get(1).message())
                .isEqualTo(ambiguous + ": one recognized page 1 of a document called 'twice.png' expected, 2 found");
    }

    @Test
    void takesTheFilesNameWhereTheFileNamesNoImage() throws Exception {
        Map<String, Set<String>> pages = Map.of("a.xml/1", Set.of("doc/9"));
        Path file = page("a.xml", "", "neun");
        ImportReport report = new BatchImport(sink.sink(), (name, number) -> pages.get(name + "/" + number), "")
                .run(List.of(file), Optional.empty());
        assertThat(report.sent()).containsExactly("doc/9");
    }

    @Test
    void takesThePageThatTheCallerNames() throws Exception {
        assertThat(run(Optional.of("doc/7"), page("a.xml", "unknown.tif", "sieben"))
                        .sent())
                .containsExactly("doc/7");
    }

    @Test
    void refusesAFileOfAnotherKind() throws Exception {
        Path file = Files.writeString(folder.resolve("a.json"), "{}");
        assertThat(run(Optional.empty(), file).refused())
                .containsExactly(
                        new ImportReport.Refused(file.toString(), file + ": a name ending in .csv or .xml expected"));
    }
}
