package dev.scriptorium.model.parity;

import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The tensors of one golden file, read without libtorch. */
final class GoldenTensors implements AutoCloseable {
    private final SafetensorsReader reader;

    private GoldenTensors(SafetensorsReader reader) {
        this.reader = reader;
    }

    static GoldenTensors open(Path file) throws IOException {
        return new GoldenTensors(SafetensorsReader.open(file));
    }

    Set<String> names() {
        return reader.entries().keySet();
    }

    boolean has(String name) {
        return reader.entries().containsKey(name);
    }

    List<Long> shape(String name) {
        return reader.entries().get(name).shape();
    }

    /** A float32 tensor's values. */
    float[] floats(String name) throws IOException {
        ByteBuffer memory = bytes(name, DType.F32);
        float[] values = new float[memory.remaining() / Float.BYTES];
        memory.asFloatBuffer().get(values);
        return values;
    }

    /** An int64 tensor's values. */
    int[] ids(String name) throws IOException {
        ByteBuffer memory = bytes(name, DType.I64);
        int[] values = new int[memory.remaining() / Long.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.toIntExact(memory.getLong(i * Long.BYTES));
        }
        return values;
    }

    /** A boolean tensor's values as 0 and 1. */
    int[] flags(String name) throws IOException {
        ByteBuffer memory = bytes(name, DType.BOOL);
        int[] values = new int[memory.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = memory.get(i);
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    private ByteBuffer bytes(String name, DType type) throws IOException {
        ByteBuffer memory = reader.map(name);
        DType found = reader.entries().get(name).type();
        if (found != type) {
            throw new ModelFormatException(
                    reader.file() + ": tensor " + name + ": " + type + " expected, " + found + " found");
        }
        return memory;
    }
}
