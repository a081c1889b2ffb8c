package dev.scriptorium.model.bench;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.text.Prompt;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast a line model reads images of single lines, from encoded image to text: decoding and scaling of
 * the image, encoder, draft, decoder. A first round, in which the JVM compiles, does not count.
 */
public final class LineBench {
    private final List<Path> images;
    private final int rounds;

    /** Opens the engine that is measured. */
    @FunctionalInterface
    public interface EngineSource {
        /** Opens an engine; the caller closes it. */
        OcrEngine open() throws IOException;
    }

    /**
     * @param images one line each
     * @param rounds how often all are read after the first time
     * @throws IllegalArgumentException if there is nothing to read or no round
     */
    public LineBench(List<Path> images, int rounds) {
        if (images.isEmpty() || rounds < 1) {
            throw new IllegalArgumentException(
                    "images and rounds: at least 1 of each expected, " + images.size() + " and " + rounds + " found");
        }
        this.images = List.copyOf(images);
        this.rounds = rounds;
    }

    /** How many steps {@link #run} has with so many rounds. */
    public static int steps(int rounds) {
        return rounds + 2;
    }

    /**
     * Measures.
     *
     * @param step is told after each step
     * @throws IllegalStateException if an image cannot be read
     */
    public List<Measurement> run(EngineSource source, Runnable step) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (Path image : images) {
            lines.add(Files.readAllBytes(image));
        }
        List<Double> perCpuSecond = new ArrayList<>();
        List<Double> perSecond = new ArrayList<>();
        try (OcrEngine engine = source.open()) {
            read(engine, lines.subList(0, 1));
            double first = (System.currentTimeMillis()
                            - ManagementFactory.getRuntimeMXBean().getStartTime())
                    / 1e3;
            step.run();
            read(engine, lines);
            step.run();
            for (int round = 0; round < rounds; round++) {
                long cpu = Machine.cpuNanos();
                long wall = System.nanoTime();
                read(engine, lines);
                perCpuSecond.add(lines.size() * 1e9 / (Machine.cpuNanos() - cpu));
                perSecond.add(lines.size() * 1e9 / (System.nanoTime() - wall));
                step.run();
            }
            return List.of(
                    Measurement.of("start of the JVM to first text", "s", List.of(first)),
                    Measurement.of("lines of " + lines.size() + " images", "lines/CPU s", perCpuSecond),
                    Measurement.of("lines of " + lines.size() + " images, wall clock", "lines/s", perSecond),
                    Measurement.of("memory for keys and values", "bytes", List.of((double)
                            engine.memoryPlan().keysAndValues())));
        }
    }

    private void read(OcrEngine engine, List<byte[]> lines) {
        for (int i = 0; i < lines.size(); i++) {
            ByteBuffer image = ByteBuffer.wrap(lines.get(i));
            engine.add(i, new PageRequest(images.get(i).toString(), image, Prompt.FREE_OCR, Mode.LINE, ""));
        }
        while (engine.inFlight() > 0) {
            for (FinishedPage page : engine.step()) {
                if (page.outcome() instanceof PageOutcome.Failed failed) {
                    throw new IllegalStateException(failed.failure() + ": " + failed.message());
                }
            }
        }
    }
}
