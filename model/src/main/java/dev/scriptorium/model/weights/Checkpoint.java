package dev.scriptorium.model.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model folder as Hugging Face lays it out: {@code config.json} and the weights in one {@code
 * model.safetensors} or in shards named by {@code model.safetensors.index.json}. Opening checks every
 * tensor's name and shape against the config; {@link #map} maps one without a copy.
 *
 * <p>Thread-safe.
 *
 * @see "SPEC sections 9 and 12"
 */
public final class Checkpoint implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    /** A buffer that re-saved copies contain and nothing evaluates. */
    private static final Set<String> IGNORED = Set.of("model.vision_model.embeddings.position_ids");

    private final Path dir;
    private final ModelConfig config;
    private final List<SafetensorsReader> shards;
    private final Map<String, SafetensorsReader> shardOf;

    private Checkpoint(
            Path dir, ModelConfig config, List<SafetensorsReader> shards, Map<String, SafetensorsReader> shardOf) {
        this.dir = dir;
        this.config = config;
        this.shards = shards;
        this.shardOf = Collections.unmodifiableMap(shardOf);
    }

    /**
     * Opens a model folder and checks all its tensors.
     *
     * @throws ModelFormatException if a tensor is missing, unknown, of a wrong shape or type, or a file is broken
     * @throws IOException if a file cannot be read
     */
    public static Checkpoint open(Path dir) throws IOException {
        ModelConfig config = ModelConfig.read(dir);
        List<SafetensorsReader> shards = new ArrayList<>();
        try {
            Map<String, SafetensorsReader> shardOf = new LinkedHashMap<>();
            for (Path file : files(dir)) {
                SafetensorsReader shard = SafetensorsReader.open(file);
                shards.add(shard);
                for (String name : shard.entries().keySet()) {
                    SafetensorsReader other = IGNORED.contains(name) ? null : shardOf.put(name, shard);
                    if (other != null) {
                        throw new ModelFormatException(
                                file + ": tensor " + name + ": in one shard expected, also found in " + other.file());
                    }
                }
            }
            Checkpoint checkpoint = new Checkpoint(dir, completed(config, shardOf), shards, shardOf);
            checkpoint.check();
            return checkpoint;
        } catch (IOException | RuntimeException e) {
            for (SafetensorsReader shard : shards) {
                shard.close();
            }
            throw e;
        }
    }

    /** The folder. */
    public Path dir() {
        return dir;
    }

    /** The folder's config, complete: what the published config leaves to the tensors is filled in. */
    public ModelConfig config() {
        return config;
    }

    /** Names of all tensors. */
    public Set<String> names() {
        return shardOf.keySet();
    }

    /** Bytes of all tensors together. */
    public long bytes() {
        return names().stream().mapToLong(name -> entry(name).bytes()).sum();
    }

    /** Type, shape and place of a tensor. */
    public SafetensorsReader.Entry entry(String name) {
        return shard(name).entries().get(name);
    }

    /** Maps a tensor's bytes; the mapping outlives this checkpoint. */
    public ByteBuffer map(String name) throws IOException {
        return shard(name).map(name);
    }

    /**
     * A tensor's values in float32.
     *
     * @throws ModelFormatException if it is neither F32 nor BF16
     */
    public float[] floats(String name) throws IOException {
        ByteBuffer bytes = map(name);
        DType type = entry(name).type();
        if (type == DType.F32) {
            float[] values = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(values);
            return values;
        }
        if (type == DType.BF16) {
            ShortBuffer halves = bytes.asShortBuffer();
            float[] values = new float[halves.remaining()];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(halves.get(i) << 16);
            }
            return values;
        }
        throw new ModelFormatException(dir + ": tensor " + name + ": F32 or BF16 expected, " + type + " found");
    }

    /**
     * sha256 over config, tokenizer and weights, lower-case hex: what a recognition names as its model.
     * Reads every byte.
     */
    public String digest() throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            List<Path> files = new ArrayList<>(List.of(dir.resolve("config.json"), dir.resolve("tokenizer.json")));
            shards.forEach(shard -> files.add(shard.file()));
            byte[] buffer = new byte[1 << 20];
            for (Path file : files) {
                if (Files.exists(file)) {
                    try (InputStream in = Files.newInputStream(file)) {
                        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                            sha256.update(buffer, 0, n);
                        }
                    }
                }
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        for (SafetensorsReader shard : shards) {
            shard.close();
        }
    }

    private SafetensorsReader shard(String name) {
        SafetensorsReader shard = shardOf.get(name);
        if (shard == null) {
            throw new ModelFormatException(dir + ": tensor " + name + " expected, none found");
        }
        return shard;
    }

    private static Set<Path> files(Path dir) throws IOException {
        Path index = dir.resolve(INDEX);
        if (!Files.exists(index)) {
            if (!Files.exists(dir.resolve(SINGLE))) {
                throw new ModelFormatException(dir + ": " + SINGLE + " or " + INDEX + " expected, neither found");
            }
            return Set.of(dir.resolve(SINGLE));
        }
        JsonNode map;
        try {
            map = new ObjectMapper().readTree(Files.readString(index)).path("weight_map");
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(index + ": JSON expected, " + e.getOriginalMessage(), e);
        }
        Set<Path> files = new LinkedHashSet<>();
        map.properties()
                .forEach(field -> files.add(
                        shardFile(dir, index, field.getKey(), field.getValue().asText())));
        if (files.isEmpty()) {
            throw new ModelFormatException(index + ": weight_map with at least one tensor expected, none found");
        }
        return files;
    }

    private static Path shardFile(Path dir, Path index, String tensor, String name) {
        Path file = dir.resolve(name);
        if (name.isEmpty() || !dir.equals(file.getParent())) {
            throw new ModelFormatException(
                    index + ": tensor " + tensor + ": a file of this folder expected, '" + name + "' found");
        }
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(index + ": tensor " + tensor + ": file " + name + " expected, none found");
        }
        return file;
    }

    /** The published config does not say how wide the neck is; its first tensor does. */
    private static ModelConfig completed(ModelConfig config, Map<String, SafetensorsReader> shardOf) {
        ModelConfig.Sam sam = config.sam();
        String neck = "model.sam_model.neck.0.weight";
        if (sam.neck() > 0 || !shardOf.containsKey(neck)) {
            return config;
        }
        List<Long> shape = shardOf.get(neck).entries().get(neck).shape();
        int channels = shape.isEmpty() ? 0 : Math.toIntExact(Math.min(shape.get(0), Integer.MAX_VALUE));
        return config.withNeck(channels);
    }

    private void check() {
        Map<String, List<Long>> expected = new LinkedHashMap<>(TensorShapes.of(config));
        TensorShapes.readers(config).forEach((name, shape) -> {
            if (shardOf.containsKey(name)) {
                expected.put(name, shape);
            }
        });
        for (Map.Entry<String, List<Long>> tensor : expected.entrySet()) {
            SafetensorsReader.Entry found = entry(tensor.getKey());
            String place = shard(tensor.getKey()).file() + ": tensor " + tensor.getKey() + ": ";
            if (!found.shape().equals(tensor.getValue())) {
                throw new ModelFormatException(
                        place + "shape " + tensor.getValue() + " expected, " + found.shape() + " found");
            }
            if (!found.type().floating()) {
                throw new ModelFormatException(place + "F32, F16 or BF16 expected, " + found.type() + " found");
            }
        }
        for (Map.Entry<String, SafetensorsReader> tensor : shardOf.entrySet()) {
            if (!expected.containsKey(tensor.getKey())) {
                throw new ModelFormatException(tensor.getValue().file() + ": tensor " + tensor.getKey()
                        + ": one of the " + expected.size() + " tensors of this config expected, an unknown one found");
            }
        }
    }
}
