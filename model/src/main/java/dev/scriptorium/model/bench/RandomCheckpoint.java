package dev.scriptorium.model.bench;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsWriter;
import dev.scriptorium.model.weights.TensorShapes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** A model folder in the published format and size, 6.7 GB, whose weights are drawn at random. */
final class RandomCheckpoint {
    /** Numbers drawn; tensors are cut out of them from different places on, since drawing billions takes minutes. */
    private static final int DRAWN = 1 << 24;

    private static final short ONE = (short) (Float.floatToRawIntBits(1) >>> 16);

    private final ByteBuffer drawn = ByteBuffer.allocateDirect(2 * DRAWN).order(ByteOrder.LITTLE_ENDIAN);

    private RandomCheckpoint(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < DRAWN; i++) {
            float value = (float) random.nextDouble(-RandomNetwork.SPREAD, RandomNetwork.SPREAD);
            drawn.putShort(2 * i, (short) (Float.floatToRawIntBits(value) >>> 16));
        }
    }

    /**
     * Writes {@code config.json} and {@code model.safetensors} in bfloat16, and no tokenizer.
     *
     * @param dir is made if it does not exist
     */
    static void write(Path dir, long seed) throws IOException {
        Files.createDirectories(dir);
        write(dir, ModelConfig.published(), seed);
        try (InputStream config = ModelConfig.class.getResourceAsStream("published.json")) {
            Files.write(dir.resolve("config.json"), config.readAllBytes());
        }
    }

    /** Writes {@code model.safetensors} of another config. */
    static void write(Path dir, ModelConfig config, long seed) throws IOException {
        RandomCheckpoint weights = new RandomCheckpoint(seed);
        SafetensorsWriter file = new SafetensorsWriter();
        TensorShapes.of(config)
                .forEach((name, shape) -> file.put(
                        name,
                        DType.BF16,
                        shape.stream().mapToLong(Long::longValue).toArray(),
                        () -> weights.values(name, shape)));
        file.write(dir.resolve("model.safetensors"));
    }

    private ByteBuffer values(String name, List<Long> shape) {
        int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
        ByteBuffer bytes = ByteBuffer.allocateDirect(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        if (shape.size() == 1) { // norms
            while (bytes.hasRemaining()) {
                bytes.putShort(ONE);
            }
        }
        int from = Math.floorMod(name.hashCode(), DRAWN);
        while (bytes.hasRemaining()) {
            int part = Math.min(2 * (DRAWN - from), bytes.remaining());
            bytes.put(drawn.duplicate().position(2 * from).limit(2 * from + part));
            from = 0;
        }
        return bytes.flip();
    }
}
