package dev.scriptorium.model.script;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.GroupedExperts;
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
    private Map<String, NDArray> weights;
    private final Compute compute;
    private Optional<PackedWeights> packed = Optional.empty();
    private Optional<GroupedExperts> grouped = Optional.empty();

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

    /**
     * Loads an open checkpoint, which may be closed afterwards, {@linkplain #pack packs} it where that pays, and {@linkplain
     * #group groups} its experts on a GPU.
     */
    public static Network load(Checkpoint checkpoint, Compute compute) throws IOException {
        Network network = load(checkpoint, compute, NetworkParts.INFERENCE);
        if (GroupedExperts.wanted(compute)) {
            network.group();
        }
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
        Map<String, NDArray> weights = WeightLoader.load(module, checkpoint, compute.type());
        return new Network(manager, module, checkpoint.config(), weights, compute);
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
        grouped.ifPresent(experts -> experts.use(twin, weights, own));
        packed.ifPresent(packs -> packs.use(twin, weights, own));
        Network network = new Network(own, twin, config, weights, compute);
        network.packed = packed;
        network.grouped = grouped;
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
     * Has experts side by side from now on, as GPUs need it: their tensors among {@link #weights()} are others then, and
     * take no more memory. Before there are twins, adapters or packed copies.
     */
    public void group() {
        GroupedExperts experts = GroupedExperts.of(module, config.decoder(), weights, module.manager());
        weights = Map.copyOf(experts.use(module, experts.in(weights), module.manager()));
        WeightLoader.assign(module, weights);
        grouped = Optional.of(experts);
    }

    /**
     * Computes with other weights from now on, until it is given {@link #weights()} again. Packed and grouped, if its own
     * are: then experts among them that are not its own are copied and closed.
     *
     * @param others by checkpoint name, all of them
     * @param owner of what is packed or grouped for it; must live as long as these weights are used
     */
    public void use(Map<String, NDArray> others, NDManager owner) {
        Map<String, NDArray> used =
                grouped.map(experts -> experts.use(module, others, owner)).orElse(others);
        WeightLoader.assign(module, used);
        packed.ifPresent(packs -> packs.use(module, used, owner));
    }

    /** Whether the experts lie in {@link GroupedExperts}. */
    public boolean groups() {
        return grouped.isPresent();
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

    /** What everything is computed in, and where. */
    public Compute compute() {
        return compute;
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
