package dev.scriptorium.model.image;

import dev.scriptorium.model.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Broken and malicious files, read in a JVM of their own with a small heap. */
class HostileImagesTest {
    private static final long LIMIT_SECONDS = 10;

    @TempDir
    private Path dir;

    @Test
    void eachEndsTypedWithinTenSecondsAndHalfAGigabyte() throws Exception {
        Path hostile = Shared.path("data/hostile");
        Path log = dir.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileImagesTest.class.getName(),
                        hostile.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("hangs").isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> outcomes = Files.readAllLines(log);
        assertThat(process.exitValue()).as(String.join("\n", outcomes)).isZero();
        try (Stream<Path> files = Files.list(hostile)) {
            assertThat(outcomes)
                    .hasSize((int) files.count())
                    .allMatch(line -> line.contains("Exception") || line.contains("RgbImage"));
        }
    }

    /** Reads every file of a folder; ends at once, with 1, if something else than a typed refusal comes out. */
    public static void main(String[] folder) {
        ImageDecoder decoder = new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS);
        try (Stream<Path> files = Files.list(Path.of(folder[0]))) {
            for (Path file : files.sorted().toList()) {
                long start = System.nanoTime();
                System.out.println(file.getFileName() + ": " + outcome(decoder, file));
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                    System.out.println("took more than " + LIMIT_SECONDS + " s");
                    System.exit(1);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String outcome(ImageDecoder decoder, Path file) throws IOException {
        try {
            return decoder.decode(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (UnreadableImageException e) {
            return e.toString().replace('\n', ' ');
        }
    }
}
