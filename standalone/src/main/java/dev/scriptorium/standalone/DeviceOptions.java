package dev.scriptorium.standalone;

import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.weights.Compute;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a network computes, and on how many threads. Mix it in with {@code @Mixin}. */
final class DeviceOptions {
    @Option(
            names = "--device",
            defaultValue = "auto",
            description = "cpu, gpu, gpu:N or auto: a GPU where libtorch reaches one; default ${DEFAULT-VALUE}.")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Threads of one operation; as many as cores if not given.")
    private Optional<Integer> threads = Optional.empty();

    /**
     * What is computed in, and where, by as many threads as wanted from now on.
     *
     * @param dtype bf16, f32 or auto
     * @throws IllegalArgumentException if one of them is none that there is
     */
    Compute compute(String dtype) {
        threads.ifPresent(DjlDefaults::threads);
        return Compute.of(dtype, device);
    }

    /** How many threads an operation has. */
    int threads() {
        return threads.orElse(Runtime.getRuntime().availableProcessors());
    }
}
