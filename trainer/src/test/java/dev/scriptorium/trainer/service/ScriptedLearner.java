package dev.scriptorium.trainer.service;

import dev.scriptorium.trainer.service.gate.GatePage;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.gate.Reading;
import dev.scriptorium.trainer.service.labels.DurableFiles;
import dev.scriptorium.trainer.service.labels.LabelStore;
import dev.scriptorium.trainer.service.run.RunPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Learns without a model, in steps that are saved and logged. Every generation of adapters reads one letter more of each
 * page rightly, so that it is better than its parent.
 */
final class ScriptedLearner implements Learner {
    static final int STEPS = 6;

    private final Path log;
    private final IntConsumer afterStep;

    /**
     * @param log a line for every step: run, step
     * @param afterStep told of every step that is saved
     */
    ScriptedLearner(Path log, IntConsumer afterStep) {
        this.log = log;
        this.afterStep = afterStep;
    }

    @Override
    public String baseModelDigest() {
        return "scripted";
    }

    @Override
    public Training train(RunPlan plan, LabelStore images, Optional<Path> parent, Path dir, BooleanSupplier stop)
            throws IOException {
        Path saved = dir.resolve("step");
        for (int step = Files.exists(saved) ? Integer.parseInt(Files.readString(saved)) + 1 : 1;
                step <= STEPS;
                step++) {
            if (stop.getAsBoolean()) {
                return new Stopped();
            }
            for (var label : plan.samples()) {
                images.read(label);
            }
            Files.writeString(log, plan.id() + " " + step + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            DurableFiles.write(saved, Integer.toString(step).getBytes(StandardCharsets.UTF_8));
            afterStep.accept(step);
        }
        byte[] weights = Integer.toString(generation(parent) + 1).getBytes(StandardCharsets.UTF_8);
        DurableFiles.write(dir.resolve("adapter").resolve("weights"), weights);
        return new Trained(DurableFiles.sha256(weights), plan.samples().size());
    }

    private static int generation(Optional<Path> adapter) throws IOException {
        return adapter.isEmpty()
                ? 0
                : Integer.parseInt(Files.readString(adapter.get().resolve("weights")));
    }

    @Override
    public List<GatePage> regressionPages(long seed) {
        return List.of();
    }

    @Override
    public PageReader reader(BooleanSupplier stop) {
        return new PageReader() {
            @Override
            public List<Reading> read(List<GatePage> pages, Optional<Path> adapter) throws IOException {
                int right = generation(adapter);
                return pages.stream()
                        .map(page -> new Reading(
                                page.text().substring(0, right)
                                        + "#".repeat(page.text().length() - right),
                                false,
                                0))
                        .toList();
            }

            @Override
            public List<Reading> readMerged(List<GatePage> pages, Path adapter) throws IOException {
                return read(pages, Optional.of(adapter));
            }

            @Override
            public void close() {}
        };
    }
}
