package dev.scriptorium.standalone;

import dev.scriptorium.trainer.service.Learner;
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
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Learns without a model: every generation of adapters reads one letter more of each page rightly. */
final class LetterLearner implements Learner {
    /** What its adapters adapt. */
    static final String BASE = "letters";

    @Override
    public String baseModelDigest() {
        return BASE;
    }

    @Override
    public Training train(RunPlan plan, LabelStore images, Optional<Path> parent, Path dir, BooleanSupplier stop)
            throws IOException {
        for (var label : plan.samples()) {
            images.read(label);
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
