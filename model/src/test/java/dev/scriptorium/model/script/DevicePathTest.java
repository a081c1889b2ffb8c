package dev.scriptorium.model.script;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.WeightLoader;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** What scripts do on a GPU alone, done on the processor. */
class DevicePathTest {
    private static final int LARGEST_ERROR_SHARE = 20_000;

    private final NDManager manager = NDManager.newBaseManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    /** Both windows and whole grids, with positions of the native grid and of another. */
    @Test
    void fusedAttentionEncodesAndReadsPromptsAsProductsDo() throws IOException {
        ScriptModule plain = open(false);
        ScriptModule fused = open(true);
        for (int side : List.of(256, 640)) {
            NDArray pixels = manager.randomNormal(new Shape(2, 3, side, side));
            float[] expected = plain.infer("encode", pixels).tensor(manager).toFloatArray();
            float[] found = fused.infer("encode", pixels).tensor(manager).toFloatArray();
            assertNear(found, expected);
        }
        NDArray ids = plain.numbers(manager, new Random(1).longs(150, 0, 400).toArray());
        NDArray prompt = plain.infer("embed", ids.reshape(3, 50)).tensor(manager);
        assertNear(
                fused.infer("prefill", prompt, -1).tensor(manager).toFloatArray(),
                plain.infer("prefill", prompt, -1).tensor(manager).toFloatArray());
    }

    @Test
    void samplesBecomeThePixelsThatTheProcessorMakes() throws IOException {
        ScriptModule module = open(false);
        Random random = new Random(2);
        byte[][] samples = new byte[2][3 * 7 * 5];
        FloatBuffer expected = FloatBuffer.allocate(2 * 3 * 7 * 5);
        for (byte[] each : samples) {
            random.nextBytes(each);
            ImageNormalizer.normalize(new RgbImage(7, 5, each), expected);
        }
        NDArray bytes = module.bytes(manager, List.of(samples), new Shape(2, 5, 7, 3));
        NDArray pixels = module.infer("pixels", bytes, manager.create(ImageNormalizer.scale()))
                .tensor(manager);
        assertThat(pixels.getShape()).isEqualTo(new Shape(2, 3, 5, 7));
        assertThat(pixels.toFloatArray()).isEqualTo(expected.array());
    }

    @Test
    void aTensorIsCopiedToItsDevice() throws IOException {
        ScriptModule module = open(false);
        NDArray tensor = manager.create(new float[] {1, 2, 3});
        NDArray sent = module.infer("send", tensor, ComputeDevice.torchName(Device.cpu()))
                .tensor(manager);
        tensor.close();
        assertThat(sent.toFloatArray()).containsExactly(1, 2, 3);
    }

    private ScriptModule open(boolean fused) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.tiny("model"))) {
            Map<String, Object> constants = NetworkParts.constants(checkpoint.config(), Compute.cpu(DType.F32), false);
            constants.put("fused", fused);
            ScriptModule module = ScriptModule.load(manager, NetworkParts.INFERENCE, constants);
            WeightLoader.load(module, checkpoint, DType.F32);
            return module;
        }
    }

    private static void assertNear(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        float largest = 0;
        float error = 0;
        for (int i = 0; i < found.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs(found[i] - expected[i]));
        }
        assertThat(largest).isPositive();
        assertThat(error).isCloseTo(0, within(largest / LARGEST_ERROR_SHARE));
    }
}
