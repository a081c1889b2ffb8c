package dev.scriptorium.model.weights;

import ai.djl.ndarray.NDArray;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.script.ScriptModule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills a script module's weight lists from a checkpoint. A tensor that already has the wanted type is
 * mapped, not copied: 6.7 GB are ready in milliseconds and paged in as they are used.
 */
public final class WeightLoader {
    /** A checkpoint as small as this is copied: then its files may change or go away under a running process. */
    private static final long COPIED_BYTES = 256L << 20;

    private WeightLoader() {}

    /**
     * Loads every list of the module that names checkpoint tensors.
     *
     * @param type what the weights become; a tensor of another type is converted, which copies it
     * @return all tensors by checkpoint name, owned by the module
     */
    public static Map<String, NDArray> load(ScriptModule module, Checkpoint checkpoint, DType type) throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        for (String pattern : module.weightPatterns().values()) {
            for (String name : matching(pattern, checkpoint.names())) {
                tensors.put(name, tensor(module, checkpoint, name, type));
            }
        }
        assign(module, tensors);
        return tensors;
    }

    /** Fills every list of the module that names checkpoint tensors. */
    public static void assign(ScriptModule module, Map<String, NDArray> tensors) {
        module.weightPatterns()
                .forEach((attribute, pattern) -> module.put(
                        attribute,
                        matching(pattern, tensors.keySet()).stream()
                                .map(tensors::get)
                                .toList()));
    }

    /**
     * Names that a pattern stands for, in the order of their numbers.
     *
     * @param pattern such as {@code model.layers.{i}.mlp.experts.{e}.up_proj.weight}
     */
    public static List<String> matching(String pattern, Collection<String> names) {
        Pattern regex = Pattern.compile(Pattern.quote(pattern).replaceAll("\\{\\w}", "\\\\E(\\\\d+)\\\\Q"));
        record Numbered(String name, List<Integer> numbers) {}
        List<Numbered> found = new ArrayList<>();
        for (String name : names) {
            Matcher matcher = regex.matcher(name);
            if (matcher.matches()) {
                List<Integer> numbers = new ArrayList<>();
                for (int i = 1; i <= matcher.groupCount(); i++) {
                    numbers.add(Integer.valueOf(matcher.group(i)));
                }
                found.add(new Numbered(name, numbers));
            }
        }
        found.sort(Comparator.comparing(Numbered::numbers, WeightLoader::compare));
        return found.stream().map(Numbered::name).toList();
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = Integer.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static NDArray tensor(ScriptModule module, Checkpoint checkpoint, String name, DType type)
            throws IOException {
        SafetensorsReader.Entry entry = checkpoint.entry(name);
        ByteBuffer memory = checkpoint.map(name);
        long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
        if (entry.bytes() == 0) {
            throw new ModelFormatException(checkpoint.dir() + ": tensor " + name
                    + ": at least one element expected, shape " + entry.shape() + " found");
        }
        NDArray stored = checkpoint.bytes() <= COPIED_BYTES
                ? module.copy(memory, shape, entry.type().torch())
                : module.wrap(
                        aligned(memory, entry.type().bytes()),
                        shape,
                        entry.type().torch());
        if (entry.type() == type) {
            return stored;
        }
        try (stored) {
            return module.train("cast", stored, type.torch()).tensor(module.manager());
        }
    }

    /** A header of odd length leaves the data unaligned, which vector code may not read. */
    private static ByteBuffer aligned(ByteBuffer memory, int bytes) {
        if (memory.alignmentOffset(0, bytes) == 0) {
            return memory;
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(memory.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        return copy.put(memory).flip();
    }
}
