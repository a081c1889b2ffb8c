package dev.scriptorium.model.weights;

import ai.djl.Device;
import java.util.Objects;

/**
 * What is computed in, and where.
 *
 * @param type {@link DType#F32} or {@link DType#BF16}
 * @param device the processor, or a GPU
 */
public record Compute(DType type, Device device) {
    public Compute {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(device, "device");
    }

    /** On the processor. */
    public static Compute cpu(DType type) {
        return new Compute(type, Device.cpu());
    }

    /**
     * Reads two settings.
     *
     * @param dtype as {@link ComputeType#of} takes it; {@code auto} is bfloat16 on a GPU
     * @param device as {@link ComputeDevice#of} takes it
     * @throws IllegalArgumentException if either is none that there is
     */
    public static Compute of(String dtype, String device) {
        Device where = ComputeDevice.of(device);
        boolean auto = dtype.equalsIgnoreCase("auto");
        return new Compute(auto && where.isGpu() ? DType.BF16 : ComputeType.of(dtype), where);
    }

    /** Whether this is the processor that the JVM runs on. */
    public boolean onCpu() {
        return !device.isGpu();
    }

    /** Bytes that can be taken there now, without taking them from anybody. */
    public long freeMemory() {
        return ComputeDevice.freeMemory(device);
    }
}
