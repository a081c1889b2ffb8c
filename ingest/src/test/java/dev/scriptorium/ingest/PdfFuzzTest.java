package dev.scriptorium.ingest;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import static org.assertj.core.api.Assertions.assertThat;

/** PDF files become pages or a {@link RefusedException}. Drawn here, in the test's JVM, and small. */
class PdfFuzzTest {
    private static final ImageLimits LIMITS = new ImageLimits(1 << 20, 1 << 20, 3);
    private static final RenderSettings SETTINGS =
            new RenderSettings(36, 40_000, Duration.ofSeconds(8), 1L << 28, Optional.empty());

    private static Path file;

    @BeforeAll
    static void create() throws IOException {
        file = Files.createTempFile("fuzz", ".pdf");
    }

    @AfterAll
    static void delete() throws IOException {
        Files.delete(file);
    }

    @FuzzTest(maxDuration = "10s", maxExecutions = 200)
    void briefly(byte[] bytes) throws IOException {
        read(bytes);
    }

    @FuzzTest(maxDuration = "1h")
    void thoroughly(byte[] bytes) throws IOException {
        read(bytes);
    }

    private static void read(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        RenderJob job = new RenderJob(new Document(file, false), ImageType.PDF, "fuzz");
        try (DocumentPages pages = new PdfPages(job, LIMITS, SETTINGS)) {
            for (int number = 1; number <= pages.count(); number++) {
                assertThat(pages.read(number).image().remaining()).isPositive();
            }
        } catch (RefusedException e) {
            assertThat(e).hasMessageContaining(file.getFileName().toString());
        }
    }
}
