package dev.scriptorium.model.lora;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An adapter as PEFT stores it: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 * Immutable; its numbers are mapped from the file and copied by whoever computes with them.
 *
 * <p>Thread-safe.
 */
public final class LoraAdapter {
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "(.+)\\.lora_([AB])\\.weight");

    private final String id;
    private final LoraConfig config;
    private final Map<String, Pair> modules;

    /**
     * One matrix.
     *
     * @param memory its numbers, row by row, little-endian
     * @param rows first dimension
     * @param columns second dimension
     */
    record Matrix(ByteBuffer memory, DType type, long rows, long columns) {}

    /** What stands beside one linear: A (r, in) and B (out, r). */
    record Pair(Matrix a, Matrix b) {}

    private LoraAdapter(String id, LoraConfig config, Map<String, Pair> modules) {
        this.id = id;
        this.config = config;
        this.modules = Collections.unmodifiableMap(modules);
    }

    /**
     * Reads an adapter and checks that it is whole and fits a base model.
     *
     * @param base dimensions of the model that it was trained on
     * @throws ModelFormatException if a file or tensor is missing, broken, or not of this base or rank
     * @throws IOException if a file cannot be read
     */
    public static LoraAdapter read(Path dir, ModelConfig base) throws IOException {
        LoraConfig config = LoraConfig.read(dir);
        Path file = dir.resolve(WEIGHTS);
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(dir + ": " + WEIGHTS + " expected, none found");
        }
        Map<String, LoraModules.Size> linears = LoraModules.linears(base);
        Map<String, Matrix> a = new LinkedHashMap<>();
        Map<String, Matrix> b = new LinkedHashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (SafetensorsReader.Entry entry : reader.entries().values()) {
                String place = file + ": tensor " + entry.name() + ": ";
                Matcher name = NAME.matcher(entry.name());
                if (!name.matches() || !linears.containsKey(name.group(1))) {
                    throw new ModelFormatException(place + "lora_A or lora_B of a linear of the base expected");
                }
                LoraModules.Size size = linears.get(name.group(1));
                boolean first = name.group(2).equals("A");
                List<Long> shape =
                        first ? List.of((long) config.rank(), size.in()) : List.of(size.out(), (long) config.rank());
                if (!entry.shape().equals(shape)) {
                    throw new ModelFormatException(place + "shape " + shape + " expected, " + entry.shape() + " found");
                }
                if (!entry.type().floating()) {
                    throw new ModelFormatException(place + "F32, F16 or BF16 expected, " + entry.type() + " found");
                }
                Matrix matrix = new Matrix(reader.map(entry.name()), entry.type(), shape.get(0), shape.get(1));
                (first ? a : b).put(name.group(1), matrix);
            }
        }
        return new LoraAdapter(digest(dir), config, pairs(file, a, b));
    }

    /** sha256 of both files, lower-case hex. */
    public String id() {
        return id;
    }

    /** Rank, scale, targets. */
    public LoraConfig config() {
        return config;
    }

    /** A and B by module name. */
    Map<String, Pair> modules() {
        return modules;
    }

    /** Numbers in all matrices. */
    public long parameters() {
        return modules.values().stream()
                .mapToLong(pair -> pair.a().rows() * pair.a().columns()
                        + pair.b().rows() * pair.b().columns())
                .sum();
    }

    static String nameOfA(String module) {
        return PREFIX + module + ".lora_A.weight";
    }

    static String nameOfB(String module) {
        return PREFIX + module + ".lora_B.weight";
    }

    private static Map<String, Pair> pairs(Path file, Map<String, Matrix> a, Map<String, Matrix> b) {
        Map<String, Pair> pairs = new LinkedHashMap<>();
        a.forEach((module, matrix) -> {
            if (!b.containsKey(module)) {
                throw new ModelFormatException(file + ": tensor " + nameOfB(module) + " expected, none found");
            }
            pairs.put(module, new Pair(matrix, b.get(module)));
        });
        for (String module : b.keySet()) {
            if (!a.containsKey(module)) {
                throw new ModelFormatException(file + ": tensor " + nameOfA(module) + " expected, none found");
            }
        }
        if (pairs.isEmpty()) {
            throw new ModelFormatException(file + ": at least one pair of matrices expected, none found");
        }
        return pairs;
    }

    private static String digest(Path dir) throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(Files.readAllBytes(dir.resolve(LoraConfig.FILE)));
            sha256.update(Files.readAllBytes(dir.resolve(WEIGHTS)));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
