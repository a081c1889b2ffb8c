package dev.scriptorium.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.config.FreeMemory;
import dev.scriptorium.model.script.ScriptModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies of the decoder's linear weights in oneDNN's own order: libtorch brings a plain weight into it before every
 * product, which for the few rows of a decoding step takes longer than the product. Such copies cannot be mapped, so they
 * take memory beside the checkpoint's, and they have no derivative.
 */
public final class PackedWeights {
    /** The system property that says whether checkpoints are packed: {@code always}, {@code never}, or where it pays. */
    public static final String PROPERTY = "scriptorium.pack-weights";

    /** The order is chosen for products with about so many rows, and serves any number: a batch of pages decoding. */
    private static final int ROWS = 8;

    /** Smaller checkpoints lie in the processor's cache. */
    private static final long SMALL_BYTES = 256L << 20;

    /** What is left to caches, activations and other processes. */
    private static final long HEADROOM_BYTES = 4L << 30;

    private final Map<String, NDArray> plain;
    private final Map<String, NDArray> packed = new LinkedHashMap<>();

    private PackedWeights(Map<String, NDArray> plain) {
        this.plain = plain;
    }

    /**
     * Packs the decoder's linears among weights and has the module compute with the copies.
     *
     * @param weights bfloat16, by checkpoint name
     * @param owner of the copies
     */
    public static PackedWeights of(ScriptModule module, Map<String, NDArray> weights, NDManager owner) {
        PackedWeights packed = new PackedWeights(weights);
        weights.forEach((name, weight) -> {
            if (packs(name, weight.getShape().dimension())) {
                packed.packed.put(name, pack(module, weight, owner));
            }
        });
        packed.use(module, weights, owner);
        return packed;
    }

    /**
     * Whether packing a checkpoint pays: a large one in bfloat16, on a processor that multiplies bfloat16 but not in tiles (there
     * plain weights are nearly as fast), with memory for both. {@value #PROPERTY} overrules.
     */
    public static boolean wanted(Checkpoint checkpoint, Compute compute) {
        return compute.equals(Compute.cpu(DType.BF16)) && wanted(checkpoint);
    }

    private static boolean wanted(Checkpoint checkpoint) {
        return switch (System.getProperty(PROPERTY, "auto")) {
            case "always" -> true;
            case "never" -> false;
            case "auto" ->
                ComputeType.multipliesBfloat16()
                        && !ComputeType.multipliesTiles()
                        && checkpoint.bytes() > SMALL_BYTES
                        && FreeMemory.bytes() >= 2 * checkpoint.bytes() + HEADROOM_BYTES;
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + ": always, never or auto expected, '" + System.getProperty(PROPERTY) + "' found");
        };
    }

    /** Bytes that copies of a checkpoint's weights take, beside the checkpoint's own. */
    public static long bytes(Checkpoint checkpoint) {
        return checkpoint.names().stream()
                .filter(name -> packs(name, checkpoint.entry(name).shape().size()))
                .mapToLong(name -> checkpoint.entry(name).bytes())
                .sum();
    }

    /**
     * Has a module compute with the copies.
     *
     * @param weights what the module computes with: those that are not the packed ones are packed, too
     * @param owner of what is packed now
     */
    public void use(ScriptModule module, Map<String, NDArray> weights, NDManager owner) {
        List<NDArray> keys = new ArrayList<>();
        List<NDArray> copies = new ArrayList<>();
        packed.forEach((name, copy) -> {
            NDArray weight = weights.get(name);
            keys.add(weight);
            copies.add(weight == plain.get(name) ? copy : pack(module, weight, owner));
        });
        module.train("use_packed", keys.toArray(NDArray[]::new), copies.toArray(NDArray[]::new))
                .discard();
    }

    /** The vision half multiplies many rows at a time, for which another order is faster. */
    private static boolean packs(String name, int dimensions) {
        return TensorShapes.isLinear(name, dimensions)
                && (name.startsWith("model.layers.") || name.startsWith("lm_head."));
    }

    private static NDArray pack(ScriptModule module, NDArray weight, NDManager owner) {
        return module.infer("pack", weight, ROWS).tensor(owner);
    }
}
