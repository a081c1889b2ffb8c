package dev.scriptorium.model.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes safetensors files as they should not be, byte by byte. */
final class SafetensorsFile {
    private SafetensorsFile() {}

    static Path write(Path file, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return write(file, json.length, json, new byte[dataBytes]);
    }

    static Path write(Path file, long headerLength, byte[] header, byte[] data) throws IOException {
        byte[] all = ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .put(header)
                .put(data)
                .array();
        return Files.write(file, all);
    }
}
