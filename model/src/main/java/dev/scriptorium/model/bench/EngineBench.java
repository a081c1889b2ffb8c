package dev.scriptorium.model.bench;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Compute;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Pages through the whole engine, from encoded images to text: what a worker does but for Kafka. What a network of random
 * weights writes means nothing; answers end at their limit, or in a loop before.
 *
 * @param dir a page model's folder
 * @param compute what is computed in, and where
 * @param mode of all pages
 * @param pages read at once, all of them waiting from the start
 * @param newTokens of an answer, at most
 * @param slots sequences decoded together, at most
 * @param seed of the pages
 */
public record EngineBench(Path dir, Compute compute, Mode mode, int pages, int newTokens, int slots, long seed) {
    private static final Duration TIMEOUT = Duration.ofHours(6);

    /** A4 at 150 dots an inch. */
    private static final int WIDTH = 1240;

    private static final int HEIGHT = 1754;

    public EngineBench {
        if (pages < 1 || newTokens < 1 || slots < 1) {
            throw new IllegalArgumentException("pages, tokens, slots: at least 1 each expected, " + pages + ", "
                    + newTokens + ", " + slots + " found");
        }
    }

    /** Makes a folder to measure: the published size, random weights, and the bundled model's tokenizer. */
    public static void writeRandom(Path dir) throws IOException {
        LoadBench.writeRandom(dir);
        Path tokenizer = dir.resolve("tokenizer.json");
        if (!Files.exists(tokenizer)) {
            Files.copy(BundledModel.folder().resolve("tokenizer.json"), tokenizer);
        }
    }

    /**
     * Measures, once, after one page that does not count.
     *
     * @throws IOException if the folder is no checkpoint of a page model
     * @throws IllegalStateException if a page cannot be read
     */
    public List<Measurement> run() throws IOException {
        EngineOptions options =
                EngineOptions.suiting(ModelConfig.read(dir), compute, Optional.of(slots), newTokens, TIMEOUT);
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> images = new ArrayList<>();
        for (int page = 0; page < pages; page++) {
            images.add(page(random));
        }
        try (OcrEngine engine = OcrEngine.open(dir, compute, options)) {
            read(engine, images.subList(0, 1));
            long start = System.nanoTime();
            List<PageOutcome.Read> read = read(engine, images);
            double seconds = (System.nanoTime() - start) / 1e9;
            long tokens =
                    read.stream().mapToLong(page -> page.reading().tokens()).sum();
            String name = String.format(
                    Locale.ROOT, "engine, %s, %d pages, at most %d tokens", mode.label(), pages, newTokens);
            return List.of(
                    Measurement.of(name, "pages/s", List.of(pages / seconds)),
                    Measurement.of(name, "tokens/s", List.of(tokens / seconds)),
                    Measurement.of(name, "tokens/page", List.of((double) tokens / pages)));
        }
    }

    private List<PageOutcome.Read> read(OcrEngine engine, List<byte[]> images) {
        for (int page = 0; page < images.size(); page++) {
            engine.add(
                    page,
                    new PageRequest("page " + page, ByteBuffer.wrap(images.get(page)), Prompt.FREE_OCR, mode, ""));
        }
        List<PageOutcome.Read> read = new ArrayList<>();
        while (engine.inFlight() > 0) {
            for (FinishedPage finished : engine.step()) {
                if (finished.outcome() instanceof PageOutcome.Failed failed) {
                    throw new IllegalStateException("page " + finished.ticket() + ": text expected, " + failed.failure()
                            + " found: " + failed.message());
                }
                read.add((PageOutcome.Read) finished.outcome());
            }
        }
        return read;
    }

    /** Lines of black blocks, as long as words, on white. */
    private static byte[] page(SplittableRandom random) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.setColor(Color.BLACK);
        for (int y = 100; y < HEIGHT - 100; y += 30) {
            for (int x = 100; x < WIDTH - 200; ) {
                int word = random.nextInt(20, 110);
                graphics.fillRect(x, y + random.nextInt(4), word, random.nextInt(8, 15));
                x += word + 12;
            }
        }
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }
}
