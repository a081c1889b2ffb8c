package dev.scriptorium.model.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Writes float32 tensors to a safetensors file, as they are or rounded to bfloat16 (to nearest, ties to
 * even), and bytes. The file appears whole or not at all. Not thread-safe.
 */
public final class SafetensorsWriter {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** Makes its bytes when they are written, so that memory holds one tensor twice, not all. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, only written
    private record Tensor(DType type, long[] shape, int length, Supplier<ByteBuffer> bytes) {}

    /**
     * Adds a tensor.
     *
     * @param type {@link DType#F32} or {@link DType#BF16}
     * @throws IllegalArgumentException if the type is another one, or shape and values differ in size
     */
    public SafetensorsWriter put(String name, DType type, long[] shape, float[] values) {
        if (type != DType.F32 && type != DType.BF16) {
            throw new IllegalArgumentException("tensor " + name + ": F32 or BF16 expected, " + type + " found");
        }
        return put(name, new Tensor(type, shape.clone(), values.length, () -> bytes(type, values)));
    }

    /**
     * Adds a tensor of bytes, {@link DType#U8}.
     *
     * @throws IllegalArgumentException if shape and values differ in size
     */
    public SafetensorsWriter put(String name, long[] shape, byte[] values) {
        return put(name, new Tensor(DType.U8, shape.clone(), values.length, () -> ByteBuffer.wrap(values)));
    }

    /**
     * Adds a tensor that is made when it is written.
     *
     * @param bytes makes its bytes, little endian, as many as the shape says; asked once
     * @throws ArithmeticException if it has more elements than an int can count
     */
    public SafetensorsWriter put(String name, DType type, long[] shape, Supplier<ByteBuffer> bytes) {
        int length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        return put(name, new Tensor(type, shape.clone(), length, bytes));
    }

    private SafetensorsWriter put(String name, Tensor tensor) {
        if (Arrays.stream(tensor.shape()).reduce(1, Math::multiplyExact) != tensor.length()) {
            throw new IllegalArgumentException("tensor " + name + ": " + Arrays.toString(tensor.shape())
                    + " elements expected, " + tensor.length() + " found");
        }
        tensors.put(name, tensor);
        return this;
    }

    /** Adds a line to the file's {@code __metadata__}. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Writes the file by way of a neighbour that is moved over it. */
    public void write(Path file) throws IOException {
        byte[] header = header();
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(
                    out, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length));
            writeFully(out, ByteBuffer.wrap(header));
            for (Tensor tensor : tensors.values()) {
                writeFully(out, tensor.bytes().get());
            }
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private byte[] header() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            metadata.forEach(node::put);
        }
        long at = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            ObjectNode node =
                    root.putObject(entry.getKey()).put("dtype", tensor.type().name());
            for (long dimension : tensor.shape()) {
                node.withArray("shape").add(dimension);
            }
            if (tensor.shape().length == 0) {
                node.putArray("shape");
            }
            long end = at + (long) tensor.length() * tensor.type().bytes();
            node.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] text = json.writeValueAsBytes(root);
        // data starts at a multiple of 8, so that readers can use it in place
        byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
        Arrays.fill(padded, text.length, padded.length, " ".getBytes(StandardCharsets.US_ASCII)[0]);
        return padded;
    }

    private static ByteBuffer bytes(DType type, float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (type == DType.F32) {
                buffer.putFloat(value);
            } else {
                buffer.putShort(bfloat16(value));
            }
        }
        return buffer.flip();
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
