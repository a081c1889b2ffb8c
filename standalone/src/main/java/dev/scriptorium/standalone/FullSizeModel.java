package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.LoadBench;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The page model that a benchmark opens: one that is there, or one of random weights. Mix it in with {@code @Mixin}. */
final class FullSizeModel {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "A page model's folder, in the published format.")
    private Path folder;

    @Option(
            names = "--random-weights",
            description = "Write one of the published size there first if there is none: 6.7 GB, drawn at random.")
    private boolean randomWeights;

    /** Where it is, or will be. */
    Path folder() {
        return folder;
    }

    /** Writes it if it was asked for and is not there. */
    void prepare() throws IOException {
        if (randomWeights) {
            LoadBench.writeRandom(folder);
        }
    }
}
