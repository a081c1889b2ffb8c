package dev.scriptorium.standalone;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.Likelihood;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Compute;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model a command reads with, and how. */
final class ModelOptions {
    private static final int MAX_NEW_TOKENS = 4096;

    @Option(names = "--model", paramLabel = "DIR", description = "Model folder; the bundled line model if not given.")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--dtype",
            defaultValue = "auto",
            description =
                    "bf16, f32 or auto: bf16 where the processor multiplies it, or on a GPU; default ${DEFAULT-VALUE}.")
    private String dtype;

    @Mixin
    private DeviceOptions device;

    @Option(
            names = "--page-timeout",
            defaultValue = "600",
            paramLabel = "SECONDS",
            description = "Time after which a page is given up; default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(
            names = "--kv-memory",
            paramLabel = "MIB",
            description = {
                "Memory for keys and values of all pages that are read together, in MiB; as much as they can use if not",
                "given, and at most nine tenths of what is free."
            })
    private Optional<Integer> kvMebibytes = Optional.empty();

    /** The model's folder. */
    Path folder() throws IOException {
        return model.isPresent() ? model.get() : BundledModel.folder();
    }

    /** Opens what tells how likely a text is; the caller closes it. */
    Likelihood openLikelihood() throws IOException {
        return Likelihood.open(folder(), compute());
    }

    /** What is computed in, and where, by as many threads as wanted from now on. */
    Compute compute() {
        return device.compute(dtype);
    }

    /**
     * The folder given.
     *
     * @throws IllegalArgumentException if none was
     */
    Path own() {
        return model.orElseThrow(
                () -> new IllegalArgumentException("a model folder expected; the bundled one stays as it is"));
    }

    /**
     * Opens an engine that reads every page once, as a model is measured; the caller closes it.
     *
     * @throws IllegalArgumentException if an option has no meaning
     */
    OcrEngine open() throws IOException {
        return open(Ladder.Limits.ONCE);
    }

    /** The same, with further readings of what goes wrong. */
    OcrEngine open(Ladder.Limits retries) throws IOException {
        Compute compute = compute();
        Path folder = folder();
        EngineOptions options = EngineOptions.suiting(
                        ModelConfig.read(folder),
                        compute,
                        Optional.empty(),
                        MAX_NEW_TOKENS,
                        Duration.ofSeconds(timeoutSeconds))
                .retrying(retries)
                .keeping(kvMemory());
        return OcrEngine.open(folder, compute, options);
    }

    private OptionalLong kvMemory() {
        return kvMebibytes.isPresent() ? OptionalLong.of((long) kvMebibytes.get() << 20) : OptionalLong.empty();
    }
}
