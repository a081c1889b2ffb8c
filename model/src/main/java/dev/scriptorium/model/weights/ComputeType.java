package dev.scriptorium.model.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** Chooses what to compute in: bfloat16 is fast only where the processor multiplies it. */
public final class ComputeType {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private ComputeType() {}

    /**
     * Reads a name from a setting.
     *
     * @param name {@code auto}, {@code bf16} or {@code f32}
     * @throws IllegalArgumentException for any other
     */
    public static DType of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> best();
            case "bf16" -> DType.BF16;
            case "f32" -> DType.F32;
            default ->
                throw new IllegalArgumentException("dtype: one of auto, bf16, f32 expected, '" + name + "' found");
        };
    }

    /** bfloat16 where this processor has instructions for it, else float32. */
    public static DType best() {
        return multipliesBfloat16() ? DType.BF16 : DType.F32;
    }

    /** Whether this processor has instructions for bfloat16, so that oneDNN multiplies it. */
    public static boolean multipliesBfloat16() {
        return processorHas("avx512_bf16") || multipliesTiles();
    }

    /** Whether this processor has units that multiply whole tiles of bfloat16, Intel's AMX. */
    public static boolean multipliesTiles() {
        return processorHas("amx_bf16");
    }

    private static boolean processorHas(String feature) {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.anyMatch(line -> line.contains(feature));
        } catch (IOException | java.io.UncheckedIOException e) {
            return false; // not Linux
        }
    }
}
