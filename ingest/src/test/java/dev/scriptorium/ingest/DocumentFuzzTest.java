package dev.scriptorium.ingest;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Documents of pictures become pages or a {@link RefusedException}. Decoded here, in the test's JVM; the product does it in
 * a process of its own, which also stands what is left out here: JPEG 2000, which a native library reads.
 */
class DocumentFuzzTest {
    private static final ImageLimits LIMITS = new ImageLimits(1 << 20, 1 << 20, 20);

    private static Path file;

    @BeforeAll
    static void create() throws IOException {
        ImageIO.setUseCache(false);
        file = Files.createTempFile("fuzz", ".img");
    }

    @AfterAll
    static void delete() throws IOException {
        Files.delete(file);
    }

    @FuzzTest(maxDuration = "10s", maxExecutions = 1500)
    void briefly(byte[] bytes) throws IOException {
        read(bytes);
    }

    @FuzzTest(maxDuration = "1h")
    void thoroughly(byte[] bytes) throws IOException {
        read(bytes);
    }

    private static void read(byte[] bytes) throws IOException {
        Optional<ImageType> type = ImageType.of(Arrays.copyOf(bytes, Math.min(bytes.length, ImageType.PREFIX_BYTES)));
        if (type.isEmpty() || type.get() == ImageType.PDF || type.get() == ImageType.JPEG2000) {
            return;
        }
        Files.write(file, bytes);
        Document document = new Document(file, false);
        try (DocumentPages pages = type.get() == ImageType.PNG || type.get() == ImageType.JPEG
                ? new SingleImage(document, Optional.of("fuzz"), type.get(), LIMITS)
                : new DecodedPages(new RenderJob(document, type.get(), "fuzz"), LIMITS)) {
            for (int number = 1; number <= pages.count(); number++) {
                Page page = pages.read(number);
                assertThat((long) page.width() * page.height()).isBetween(1L, 1L << 20);
            }
        } catch (RefusedException e) {
            assertThat(e).hasMessageContaining(file.getFileName().toString());
        }
    }
}
