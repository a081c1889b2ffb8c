package dev.scriptorium.model.weights;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.cuda.CudaUtils;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.FreeMemory;
import dev.scriptorium.model.config.NvidiaSmi;
import java.lang.management.MemoryUsage;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chooses where to compute: the processor, or a GPU that libtorch reaches through CUDA. */
public final class ComputeDevice {
    private static final Pattern GPU = Pattern.compile("gpu(?::?(\\d{1,2}))?");

    private ComputeDevice() {}

    /**
     * Reads a device from a setting.
     *
     * @param name {@code cpu}, {@code gpu} (the first), {@code gpu:N}, or {@code auto}: a GPU where there is one
     * @throws IllegalArgumentException for any other name, or if there is no such GPU; it says what was looked for
     */
    public static Device of(String name) {
        Device device = of(name, ComputeDevice::hasGpu);
        if (device.isGpu()) {
            requireReached(device);
        }
        return device;
    }

    /** @param gpu whether libtorch has a GPU; asked only where that matters */
    static Device of(String name, BooleanSupplier gpu) {
        String wanted = name.toLowerCase(Locale.ROOT);
        Matcher number = GPU.matcher(wanted);
        if (number.matches()) {
            if (!gpu.getAsBoolean()) {
                throw new IllegalArgumentException("device " + name
                        + ": a libtorch with CUDA (PYTORCH_LIBRARY_PATH, PYTORCH_FLAVOR), a driver and a GPU expected,"
                        + " libtorch " + Engine.getEngine("PyTorch").getVersion() + " that reaches none found");
            }
            return Device.gpu(number.group(1) == null ? 0 : Integer.parseInt(number.group(1)));
        }
        return switch (wanted) {
            case "cpu" -> Device.cpu();
            case "auto" -> gpu.getAsBoolean() ? Device.gpu(0) : Device.cpu();
            default ->
                throw new IllegalArgumentException(
                        "device: one of cpu, gpu, gpu:N, auto expected, '" + name + "' found");
        };
    }

    /** Whether libtorch reaches a GPU: its own word, which needs no CUDA library on the JVM's path. */
    public static boolean hasGpu() {
        DjlDefaults.apply();
        return Engine.getEngine("PyTorch").hasCapability(StandardCapabilities.CUDA);
    }

    /** The same device as libtorch names it. */
    public static String torchName(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
    }

    /** The same device as {@link #of} reads it. */
    public static String name(Device device) {
        return device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu";
    }

    /**
     * Bytes that can be taken now: of the machine, or of the GPU, which CUDA's runtime tells, or else {@code nvidia-smi}.
     *
     * @throws IllegalStateException if neither tells
     */
    static long freeMemory(Device device) {
        if (!device.isGpu()) {
            return FreeMemory.bytes();
        }
        try {
            MemoryUsage usage = CudaUtils.getGpuMemory(device);
            return usage.getMax() - usage.getCommitted();
        } catch (IllegalStateException | EngineException e) {
            return NvidiaSmi.freeMemory(device.getDeviceId())
                    .orElseThrow(() -> new IllegalStateException(
                            name(device) + ": its free memory expected from libcudart (LD_LIBRARY_PATH) or nvidia-smi,"
                                    + " neither found",
                            e));
        }
    }

    private static void requireReached(Device device) {
        try (NDManager manager = NDManager.newBaseManager(device)) {
            manager.zeros(new Shape(1));
        } catch (EngineException e) {
            throw new IllegalArgumentException(
                    "device " + name(device) + ": a GPU of this number expected, libtorch found "
                            + e.getMessage().lines().findFirst().orElse("none"),
                    e);
        }
    }
}
