package dev.scriptorium.model.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One safetensors file: an 8-byte little-endian header length, a JSON header, raw little-endian data.
 * Opening reads and checks the header only; {@link #map} maps one tensor without copying it.
 *
 * <p>The file is foreign: every number in it is checked before it is used, so that a broken or hostile
 * file ends in a {@link ModelFormatException} that names tensor, expectation and value.
 *
 * <p>Thread-safe.
 *
 * @see "SPEC section 9"
 */
public final class SafetensorsReader implements AutoCloseable {
    /** The real checkpoint's header has 0.3 MB; the reference implementation refuses more than 100 MB. */
    private static final long MAX_HEADER_BYTES = 100L << 20;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, Entry> entries;

    /**
     * Where a tensor lies.
     *
     * @param name its name
     * @param type element type
     * @param shape dimensions; empty for a scalar
     * @param begin first byte after the header
     * @param bytes length in bytes
     */
    public record Entry(String name, DType type, List<Long> shape, long begin, long bytes) {
        public Entry {
            shape = List.copyOf(shape);
        }
    }

    private SafetensorsReader(Path file, FileChannel channel, long dataStart, Map<String, Entry> entries) {
        this.file = file;
        this.channel = channel;
        this.dataStart = dataStart;
        this.entries = Collections.unmodifiableMap(entries);
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws ModelFormatException if the header is not well-formed or points outside the file
     * @throws IOException if the file cannot be read
     */
    public static SafetensorsReader open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            long size = channel.size();
            long headerBytes = headerLength(file, channel, size);
            byte[] header = new byte[(int) headerBytes];
            readFully(channel, ByteBuffer.wrap(header), 8);
            long dataStart = 8 + headerBytes;
            Map<String, Entry> entries = entries(file, parse(file, header), size - dataStart);
            return new SafetensorsReader(file, channel, dataStart, entries);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The file's path. */
    public Path file() {
        return file;
    }

    /** All tensors by name, in the order of the header. */
    public Map<String, Entry> entries() {
        return entries;
    }

    /**
     * Maps a tensor's bytes, little-endian, read-only. The mapping outlives this reader.
     *
     * @throws ModelFormatException if there is no such tensor or it exceeds 2 GB
     */
    public ByteBuffer map(String name) throws IOException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new ModelFormatException(file + ": tensor " + name + " expected, none found");
        }
        if (entry.bytes() > Integer.MAX_VALUE) {
            throw new ModelFormatException(
                    file + ": tensor " + name + ": at most 2 GB expected, " + entry.bytes() + " bytes found");
        }
        return channel.map(FileChannel.MapMode.READ_ONLY, dataStart + entry.begin(), entry.bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static long headerLength(Path file, FileChannel channel, long size) throws IOException {
        if (size < 8) {
            throw new ModelFormatException(file + ": at least 8 bytes expected, " + size + " found");
        }
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, length, 0);
        long headerBytes = length.getLong(0);
        long limit = Math.min(size - 8, MAX_HEADER_BYTES);
        if (headerBytes < 2 || headerBytes > limit) {
            throw new ModelFormatException(file + ": header length between 2 and " + limit + " bytes expected, "
                    + Long.toUnsignedString(headerBytes) + " found (file has " + size + " bytes)");
        }
        return headerBytes;
    }

    private static JsonNode parse(Path file, byte[] header) {
        try {
            JsonNode root = JSON.readTree(new String(header, StandardCharsets.UTF_8));
            if (!root.isObject()) {
                throw new ModelFormatException(
                        file + ": header: a JSON object expected, " + root.getNodeType() + " found");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(file + ": header: JSON expected, " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, Entry> entries(Path file, JsonNode root, long dataBytes) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        root.properties().forEach(field -> {
            if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), entry(file, field.getKey(), field.getValue(), dataBytes));
            }
        });
        Entry previous = null;
        for (Entry entry : entries.values().stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::bytes))
                .toList()) {
            if (previous != null && entry.begin() < previous.begin() + previous.bytes()) {
                throw new ModelFormatException(file + ": tensor " + entry.name() + ": begin >= "
                        + (previous.begin() + previous.bytes()) + " expected, " + entry.begin() + " found (overlaps "
                        + previous.name() + ")");
            }
            previous = entry;
        }
        return entries;
    }

    private static Entry entry(Path file, String name, JsonNode node, long dataBytes) {
        String place = file + ": tensor " + name + ": ";
        DType type = DType.of(node.path("dtype").asText())
                .orElseThrow(() -> new ModelFormatException(place + "dtype one of " + Arrays.toString(DType.values())
                        + " expected, " + node.path("dtype") + " found"));
        JsonNode offsets = node.path("data_offsets");
        if (offsets.size() != 2
                || !offsets.get(0).isIntegralNumber()
                || !offsets.get(1).isIntegralNumber()) {
            throw new ModelFormatException(place + "data_offsets of two integers expected, " + offsets + " found");
        }
        if (!offsets.get(0).canConvertToLong() || !offsets.get(1).canConvertToLong()) {
            throw new ModelFormatException(place + "data_offsets below 2^63 expected, " + offsets + " found");
        }
        long begin = offsets.get(0).asLong();
        long end = offsets.get(1).asLong();
        if (begin < 0 || end < begin || end > dataBytes) {
            throw new ModelFormatException(
                    place + "0 <= begin <= end <= " + dataBytes + " expected, data_offsets " + offsets + " found");
        }
        List<Long> shape = shape(place, node.path("shape"));
        long expected = byteSize(place, shape, type);
        if (expected != end - begin) {
            throw new ModelFormatException(
                    place + expected + " bytes expected for " + type + " " + shape + ", " + (end - begin) + " found");
        }
        return new Entry(name, type, shape, begin, end - begin);
    }

    private static List<Long> shape(String place, JsonNode node) {
        if (!node.isArray() || node.size() > 8) {
            throw new ModelFormatException(place + "shape of at most 8 dimensions expected, " + node + " found");
        }
        Long[] shape = new Long[node.size()];
        for (int i = 0; i < shape.length; i++) {
            JsonNode dimension = node.get(i);
            if (!dimension.isIntegralNumber() || !dimension.canConvertToLong() || dimension.asLong() < 0) {
                throw new ModelFormatException(place + "shape of integers >= 0 expected, " + node + " found");
            }
            shape[i] = dimension.asLong();
        }
        return List.of(shape);
    }

    private static long byteSize(String place, List<Long> shape, DType type) {
        try {
            long size = type.bytes();
            for (long dimension : shape) {
                size = Math.multiplyExact(size, dimension);
            }
            return size;
        } catch (ArithmeticException e) {
            throw new ModelFormatException(place + "fewer than 2^63 bytes expected, shape " + shape + " found", e);
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                throw new IOException("file ended at byte " + at + ", " + into.remaining() + " more expected");
            }
            at += read;
        }
    }
}
