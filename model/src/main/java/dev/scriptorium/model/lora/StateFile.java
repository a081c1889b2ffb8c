package dev.scriptorium.model.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsReader;
import dev.scriptorium.model.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/** Tensors of float32 and bytes in a file, and from it back into the memory that they had, to the bit. */
final class StateFile {
    private StateFile() {}

    static void write(Path file, Map<String, NDArray> state, Map<String, String> metadata) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        state.forEach((name, tensor) -> {
            if (tensor.getDataType() == DataType.UINT8) {
                writer.put(name, tensor.getShape().getShape(), bytes(tensor));
            } else {
                writer.put(name, DType.F32, tensor.getShape().getShape(), tensor.toFloatArray());
            }
        });
        writer.write(file);
    }

    /**
     * Fills tensors in place.
     *
     * @throws IOException if the file lacks one of them, or has it in another size
     */
    static void read(Path file, Map<String, NDArray> state, ScriptModule module) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (Map.Entry<String, NDArray> entry : state.entrySet()) {
                read(reader, entry.getKey(), entry.getValue(), module);
            }
        }
    }

    /** A tensor's own {@code set} would put other memory in its place, which its views would not see. */
    static void overwrite(ScriptModule module, NDArray tensor, NDArray value) {
        module.train("overwrite", tensor, value).discard();
    }

    private static void read(SafetensorsReader reader, String name, NDArray tensor, ScriptModule module)
            throws IOException {
        SafetensorsReader.Entry entry = reader.entries().get(name);
        long bytes = tensor.size() * tensor.getDataType().getNumOfBytes();
        if (entry == null || entry.bytes() != bytes) {
            throw new IOException(reader.file() + ": tensor " + name + ": " + bytes + " bytes expected, "
                    + (entry == null ? "none" : entry.bytes()) + " found: the run to resume was another one");
        }
        long[] shape = tensor.getShape().getShape();
        try (NDArray saved = module.copy(reader.map(name), shape, entry.type().torch())) {
            overwrite(module, tensor, saved);
        }
    }

    private static byte[] bytes(NDArray tensor) {
        ByteBuffer buffer = tensor.toByteBuffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
