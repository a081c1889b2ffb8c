package dev.scriptorium.standalone;

import dev.scriptorium.model.weights.Compute;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the benchmarks of full-size networks compute in, where, and on how many threads. Mix it in with {@code @Mixin}. */
final class ComputeOptions {
    @Option(names = "--dtype", defaultValue = "bf16", description = "bf16, f32 or auto; default ${DEFAULT-VALUE}.")
    private String dtype;

    @Mixin
    private DeviceOptions device;

    /**
     * What is computed in, and where, by as many threads as wanted from now on.
     *
     * @throws IllegalArgumentException if one of them is none that there is
     */
    Compute compute() {
        return device.compute(dtype);
    }

    /** How many threads an operation has. */
    int threads() {
        return device.threads();
    }
}
