package dev.scriptorium.standalone;

import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.weights.ComputeType;
import dev.scriptorium.model.weights.DType;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the benchmarks of full-size networks compute in, and on how many threads. Mix it in with {@code @Mixin}. */
final class ComputeOptions {
    @Option(names = "--dtype", defaultValue = "bf16", description = "bf16, f32 or auto; default ${DEFAULT-VALUE}.")
    private String dtype;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Threads of one operation; as many as cores if not given.")
    private Optional<Integer> threads = Optional.empty();

    /**
     * What is computed in, by as many threads as wanted from now on.
     *
     * @throws IllegalArgumentException if either is none that there is
     */
    DType type() {
        threads.ifPresent(DjlDefaults::threads);
        return ComputeType.of(dtype);
    }

    /** How many threads an operation has. */
    int threads() {
        return threads.orElse(Runtime.getRuntime().availableProcessors());
    }
}
