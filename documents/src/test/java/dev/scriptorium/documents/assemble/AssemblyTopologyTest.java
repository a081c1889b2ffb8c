package dev.scriptorium.documents.assemble;

import dev.scriptorium.schemas.AssembledDocument;
import dev.scriptorium.schemas.AssembledPage;
import dev.scriptorium.schemas.MissingPages;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.RefusedPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.scriptorium.documents.assemble.AssemblyDriver.RULES;
import static dev.scriptorium.documents.assemble.AssemblyDriver.START;
import static org.assertj.core.api.Assertions.assertThat;

class AssemblyTopologyTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private AssemblyDriver driver;

    @BeforeEach
    void start() {
        driver = new AssemblyDriver(folder);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void publishesADocumentAtOnceWhenItsLastPageIsIn() {
        driver.read("doc", 3, 3);
        driver.read("doc", 1, 3);
        assertThat(driver.published()).isEmpty();
        driver.read("doc", 2, 3);

        AssembledDocument document = driver.documents().get(0).value;
        assertThat(document.getDocumentId()).isEqualTo("doc");
        assertThat(document.getDocumentName()).isEqualTo("doc.pdf");
        assertThat(document.getState()).isEqualTo("COMPLETE");
        assertThat(document.getTopic()).isEqualTo("ocr.recognitions");
        assertThat(document.getMissing()).isEmpty();
        // in page order, each with the offset of its recognition
        assertThat(document.getPages()).extracting(page -> page.getNumber()).containsExactly(1, 2, 3);
        assertThat(document.getPages()).extracting(page -> page.getOffset()).containsExactly(1L, 2L, 0L);

        driver.pass(RULES.patience().multipliedBy(2));
        assertThat(driver.published()).isEmpty();
    }

    @Test
    void keepsDocumentsApart() {
        driver.read("a", 1, 2);
        driver.read("a/b", 1, 1);
        driver.read("a", 2, 2);
        assertThat(driver.published()).containsExactly("a/b#1 COMPLETE 1 of 1", "a#1 COMPLETE 1 2 of 2");
    }

    @Test
    void namesWhatIsMissingOnceItsPatienceIsOver() {
        driver.read("doc", 2, 6);
        driver.pass(RULES.patience().minus(SECOND));
        driver.read("doc", 3, 6); // news: patience begins anew
        driver.pass(RULES.patience().minus(SECOND));
        assertThat(driver.published()).isEmpty();
        driver.pass(SECOND.multipliedBy(2));
        assertThat(driver.published()).containsExactly("doc#1 INCOMPLETE 2 3 of 6, 1 NOT_YET, 4-6 NOT_YET");
        driver.pass(RULES.patience().multipliedBy(2));
        assertThat(driver.published()).as("said once").isEmpty();

        driver.read("doc", 1, 6);
        driver.read("doc", 4, 6);
        driver.read("doc", 5, 6);
        driver.read("doc", 6, 6);
        assertThat(driver.published()).containsExactly("doc#2 COMPLETE 1 2 3 4 5 6 of 6");
    }

    @Test
    void doesNotWaitForPagesThatWereGivenUp() {
        driver.failed("doc", 2, 4, "TIMEOUT");
        driver.failed("doc", 3, 4, "TIMEOUT");
        driver.read("doc", 1, 4);
        driver.failed("doc", 4, 4, "UNDECODABLE");
        assertThat(driver.published()).containsExactly("doc#1 INCOMPLETE 1 of 4, 2-3 TIMEOUT, 4 UNDECODABLE");

        driver.read("doc", 2, 4);
        driver.read("doc", 3, 4);
        assertThat(driver.published()).isEmpty();
        driver.read("doc", 4, 4);
        assertThat(driver.published()).containsExactly("doc#2 COMPLETE 1 2 3 4 of 4");
    }

    @Test
    void publishesADocumentOfWhichEveryPageFailed() {
        driver.failed("doc", 1, 1, "OVERSIZE");
        assertThat(driver.published()).containsExactly("doc#1 INCOMPLETE  of 1, 1 OVERSIZE");
    }

    @Test
    void doesNotWaitForPagesThatWereRefusedAtTheDoor() {
        driver.refused("doc", "SENDING", 3, new RefusedPage(2, "TIMEOUT", ""));
        driver.read("doc", 1, 3);
        driver.read("doc", 3, 3);
        assertThat(driver.published()).as("may still be tried again").isEmpty();
        driver.refused("doc", "SENT", 3, new RefusedPage(2, "TIMEOUT", ""));
        assertThat(driver.published()).containsExactly("doc#1 INCOMPLETE 1 3 of 3, 2 TIMEOUT");

        driver.refused("none", "REFUSED", 0, new RefusedPage(0, "ENCRYPTED", ""));
        driver.refused("all", "SENT", 3);
        driver.pass(RULES.patience().multipliedBy(2));
        assertThat(driver.published()).isEmpty();
    }

    @Test
    void aReadingOutweighsAFailureWhicheverComesFirst() {
        driver.read("doc", 1, 1);
        driver.failed("doc", 1, 1, "TIMEOUT");
        driver.pass(RULES.patience().multipliedBy(2));
        assertThat(driver.published()).containsExactly("doc#1 COMPLETE 1 of 1");
    }

    @Test
    void ignoresLettersAboutOtherThingsThanPages() {
        driver.failed("doc", 1, 1, "INVALID_RECORD", "ocr.corrections");
        driver.pass(RULES.patience().multipliedBy(2));
        assertThat(driver.published()).isEmpty();
    }

    @Test
    void pagesThatAreReadAgainMakeOneNewRevision() {
        for (int page = 1; page <= 3; page++) {
            driver.read("doc", page, 3);
        }
        assertThat(driver.published()).hasSize(1);

        for (int page = 1; page <= 3; page++) {
            driver.read("doc", page, 3);
            driver.pass(RULES.settle().minus(SECOND));
        }
        assertThat(driver.published()).isEmpty();
        driver.pass(SECOND.multipliedBy(2));
        List<AssembledDocument> again =
                driver.documents().stream().map(record -> record.value).toList();
        assertThat(again).hasSize(1);
        assertThat(again.get(0).getRevision()).isEqualTo(2);
        assertThat(again.get(0).getPages()).extracting(page -> page.getOffset()).containsExactly(3L, 4L, 5L);
    }

    @Test
    void takesTheNumberOfPagesThatWasSaidLast() {
        driver.read("named", 1, 3, START);
        driver.read("named", 2, 3, START);
        driver.read("named", 3, 3, START);
        // The same name for a shorter document, and a straggler of the longer one.
        driver.read("named", 1, 2, START.plusSeconds(60));
        driver.read("named", 3, 3, START.plusSeconds(1));
        driver.pass(RULES.settle().plus(SECOND));
        assertThat(driver.published()).containsExactly("named#1 COMPLETE 1 2 3 of 3", "named#2 COMPLETE 1 2 of 2");
        driver.read("named", 1, 4, START.plusSeconds(120));
        driver.read("named", 4, 4, START.plusSeconds(120));
        driver.pass(RULES.settle().plus(SECOND));
        assertThat(driver.published()).containsExactly("named#3 COMPLETE 1 2 3 4 of 4");
    }

    @Test
    void neverCallsADocumentCompleteWhoseLengthNobodySays() {
        driver.read("old", 1, 0);
        driver.read("old", 3, 0);
        driver.pass(RULES.patience().plus(SECOND));
        assertThat(driver.published()).containsExactly("old#1 INCOMPLETE 1 3 of 0, 2 NOT_YET");
    }

    @Test
    void forgetsADocumentThatIsForgotten() {
        driver.read("doc", 1, 2);
        driver.failed("doc", 2, 2, "TIMEOUT");
        driver.read("other", 1, 1);
        assertThat(driver.published()).hasSize(2);

        driver.withdrawn("doc", 1);
        assertThat(driver.published()).containsExactly("doc forgotten");
        driver.withdrawn("doc", 1);
        driver.pass(RULES.patience().multipliedBy(2));
        assertThat(driver.published()).isEmpty();

        driver.read("doc", 1, 1);
        assertThat(driver.published()).containsExactly("doc#1 COMPLETE 1 of 1");
    }

    @Test
    void aTakenBackPageIsMissing() {
        driver.read("doc", 1, 2);
        driver.read("doc", 2, 2);
        driver.withdrawn("doc", 2);
        driver.pass(RULES.patience().plus(SECOND));
        assertThat(driver.published()).containsExactly("doc#1 COMPLETE 1 2 of 2", "doc#2 INCOMPLETE 1 of 2, 2 NOT_YET");
    }

    @Test
    void whatNobodyCanReadStopsNothing() {
        driver.recognitions.pipeInput("doc/1", "x".getBytes(StandardCharsets.UTF_8), START);
        driver.recognitions.pipeInput(null, driver.bytes("doc", 1, 1), START);
        driver.recognitions.pipeInput("doc", driver.bytes("doc", 1, 1), START);
        driver.recognitions.pipeInput("doc/2", driver.bytes("doc", 1, 1), START);
        driver.recognitions.pipeInput("doc/999999", driver.bytes("doc", 999_999, 999_999), START);
        driver.deadLetters.pipeInput("doc/1", new byte[] {0, 0, 0, 0, 99}, START);
        assertThat(driver.counts.refused()).isEqualTo(6);
        driver.read("doc", 1, 1);
        assertThat(driver.published()).containsExactly("doc#1 COMPLETE 1 of 1");
    }

    @Test
    void forgetsAfterALongTimeWithoutNews() {
        driver.read("doc", 1, 2);
        driver.pass(RULES.patience().plus(SECOND));
        assertThat(driver.published()).hasSize(1);
        driver.pass(RULES.retention().plus(Duration.ofDays(1)));
        driver.read("doc", 2, 2);
        driver.pass(RULES.patience().plus(SECOND));
        assertThat(driver.published()).containsExactly("doc#1 INCOMPLETE 2 of 2, 1 NOT_YET");
    }

    /** Every second page failed, so that no two neighbours can be told as one, and every number is as long as it gets. */
    @Test
    void theLongestDocumentFitsIntoTheSmallestRecord() throws IOException {
        List<AssembledPage> read = new ArrayList<>();
        List<MissingPages> missing = new ArrayList<>();
        for (int page = 1; page <= RULES.maxPages(); page += 2) {
            read.add(new AssembledPage(page, 10_000, Long.MAX_VALUE, "x".repeat(24)));
            missing.add(new MissingPages(page + 1, page + 1, "x".repeat(24)));
        }
        driver.read("doc", 1, 1);
        int bytes = AssembledDocument.newBuilder(driver.documents().get(0).value)
                .setPages(read)
                .setMissing(missing)
                .build()
                .toByteBuffer()
                .remaining();
        assertThat(bytes).isLessThan(RULES.maxPages() * AssemblyRules.MAX_PAGE_BYTES);
        assertThat(bytes).isLessThan(new PageLimits(1, 0).maxRecordBytes());
    }

    /** Whatever the order, with repetitions and failures between: the last word on a whole document names every page. */
    @Test
    void theOrderOfNewsDoesNotMatter() {
        long seed = 20261121;
        Random random = new Random(seed);
        Map<String, Integer> counts = new HashMap<>();
        List<Runnable> news = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String id = "doc" + i;
            int count = 1 + random.nextInt(12);
            counts.put(id, count);
            IntStream.rangeClosed(1, count).forEach(page -> {
                news.add(() -> driver.read(id, page, count));
                if (random.nextInt(3) == 0) {
                    news.add(() -> driver.read(id, page, count));
                    news.add(() -> driver.failed(id, page, count, "TIMEOUT"));
                }
            });
        }
        Collections.shuffle(news, random);
        for (Runnable piece : news) {
            piece.run();
            if (random.nextInt(20) == 0) {
                driver.pass(RULES.patience());
            }
        }
        driver.pass(RULES.patience().multipliedBy(2));
        Map<String, AssembledDocument> last = new HashMap<>();
        driver.documents().forEach(record -> {
            AssembledDocument before = last.put(record.key, record.value);
            assertThat(record.value.getRevision())
                    .as("seed %d, %s", seed, record.key)
                    .isEqualTo(before == null ? 1 : before.getRevision() + 1);
        });
        counts.forEach((id, count) -> {
            assertThat(last.get(id).getState()).as("seed %d, %s", seed, id).isEqualTo("COMPLETE");
            assertThat(last.get(id).getPages())
                    .extracting(page -> page.getNumber())
                    .as("seed %d, %s", seed, id)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, count).boxed().toList());
        });
    }
}
