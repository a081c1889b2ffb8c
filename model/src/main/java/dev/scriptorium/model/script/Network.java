package dev.scriptorium.model.script;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.PackedWeights;
import dev.scriptorium.model.weights.WeightLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint ready to compute: the script module with all weights in place. Owns all its native
 * memory.
 */
public final class Network implements AutoCloseable {
    private final NDManager manager;
    private final ScriptModule module;
    private final ModelConfig config;
    private final Map<String, NDArray> weights;
    private final Compute compute;
    private Optional<PackedWeights> packed = Optional.empty();

    private Network(
            NDManager manager, ScriptModule module, ModelConfig config, Map<String, NDArray> weights, Compute compute) {
        this.manager = manager;
        this.module = module;
        this.config = config;
        this.weights = Map.copyOf(weights);
        this.compute = compute;
    }

    /**
     * Opens a model folder on the processor.
     *
     * @param type what it computes in: {@link DType#F32} or {@link DType#BF16}
     * @throws dev.scriptorium.model.config.ModelFormatException if the folder is not a valid checkpoint
     */
    public static Network open(Path modelDir, DType type) throws IOException {
        return open(modelDir, Compute.cpu(type));
    }

    /** Opens a model folder, as {@link #open(Path, DType)} says. */
    public static Network open(Path modelDir, Compute compute) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(modelDir)) {
            return load(checkpoint, compute);
        }
    }

    /** Loads an open checkpoint, which may be closed afterwards, and {@linkplain #pack packs} it where that pays. */
    public static Network load(Checkpoint checkpoint, Compute compute) throws IOException {
        Network network = load(checkpoint, compute, NetworkParts.INFERENCE);
        if (PackedWeights.wanted(checkpoint, compute)) {
            network.pack();
        }
        return network;
    }

    /**
     * Loads an open checkpoint into a network of given parts.
     *
     * @param parts one of the lists of {@link NetworkParts}
     */
    public static Network load(Checkpoint checkpoint, Compute compute, List<String> parts) throws IOException {
        DjlDefaults.apply();
        NDManager manager = NDManager.newBaseManager(compute.device());
        ScriptModule module = ScriptModule.load(
                manager,
                parts,
                NetworkParts.constants(checkpoint.config(), compute, !parts.equals(NetworkParts.INFERENCE)));
        return new Network(
                manager, module, checkpoint.config(), WeightLoader.load(module, checkpoint, compute.type()), compute);
    }

    /**
     * A network of the same weights, which it shares, with a cache and adapters of its own: another thread can compute with
     * it at the same time. The weights stay this network's; it must be closed after the twin.
     */
    public Network twin() {
        NDManager own = NDManager.newBaseManager(compute.device());
        ScriptModule twin =
                ScriptModule.load(own, NetworkParts.INFERENCE, NetworkParts.constants(config, compute, false));
        WeightLoader.assign(twin, weights);
        packed.ifPresent(packs -> packs.use(twin, weights, own));
        Network network = new Network(own, twin, config, weights, compute);
        network.packed = packed;
        return network;
    }

    /**
     * Computes with packed copies of the decoder's weights from now on: faster where a few rows are multiplied, for as much
     * memory again.
     *
     * @throws IllegalStateException if it does not compute in bfloat16 on the processor
     */
    public void pack() {
        if (!compute.equals(Compute.cpu(DType.BF16))) {
            throw new IllegalStateException("packed weights: a network in BF16 on cpu expected, one in "
                    + compute.type() + " on " + ComputeDevice.name(compute.device()) + " found");
        }
        packed = Optional.of(PackedWeights.of(module, weights, manager));
    }

    /**
     * Computes with other weights from now on, until it is given {@link #weights()} again. Packed, if its own are.
     *
     * @param others by checkpoint name, all of them
     * @param owner of what is packed for it; must live as long as these weights are used
     */
    public void use(Map<String, NDArray> others, NDManager owner) {
        WeightLoader.assign(module, others);
        packed.ifPresent(packs -> packs.use(module, others, owner));
    }

    /** The compiled parts. */
    public ScriptModule module() {
        return module;
    }

    /** The checkpoint's dimensions. */
    public ModelConfig config() {
        return config;
    }

    /** All weights by checkpoint name. */
    public Map<String, NDArray> weights() {
        return weights;
    }

    /** True for a line model whose checkpoint has the reader that drafts lines for the decoder to check. */
    public boolean drafts() {
        return weights.containsKey("ctc_tokens.weight");
    }

    /** The type that everything is computed in. */
    public DType type() {
        return compute.type();
    }

    /** The owner of all native memory of this network; temporaries go into sub-managers. */
    public NDManager manager() {
        return manager;
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
