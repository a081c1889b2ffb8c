package dev.scriptorium.model.script;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.WeightLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint ready to compute: the script module with all weights in place. Owns all its native
 * memory.
 */
public final class Network implements AutoCloseable {
    private final NDManager manager;
    private final ScriptModule module;
    private final ModelConfig config;
    private final Map<String, NDArray> weights;
    private final DType type;

    private Network(
            NDManager manager, ScriptModule module, ModelConfig config, Map<String, NDArray> weights, DType type) {
        this.manager = manager;
        this.module = module;
        this.config = config;
        this.weights = Map.copyOf(weights);
        this.type = type;
    }

    /**
     * Opens a model folder.
     *
     * @param type what it computes in: {@link DType#F32} or {@link DType#BF16}
     * @throws dev.scriptorium.model.config.ModelFormatException if the folder is not a valid checkpoint
     */
    public static Network open(Path modelDir, DType type) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(modelDir)) {
            return load(checkpoint, type);
        }
    }

    /** Loads an open checkpoint, which may be closed afterwards. */
    public static Network load(Checkpoint checkpoint, DType type) throws IOException {
        return load(checkpoint, type, NetworkParts.INFERENCE);
    }

    /**
     * Loads an open checkpoint into a network of given parts.
     *
     * @param parts one of the lists of {@link NetworkParts}
     */
    public static Network load(Checkpoint checkpoint, DType type, List<String> parts) throws IOException {
        DjlDefaults.apply();
        NDManager manager = NDManager.newBaseManager(Device.cpu());
        ScriptModule module =
                ScriptModule.load(manager, parts, NetworkParts.constants(checkpoint.config(), type.torch()));
        return new Network(manager, module, checkpoint.config(), WeightLoader.load(module, checkpoint, type), type);
    }

    /**
     * A network of the same weights, which it shares, with a cache and adapters of its own: another thread can compute with
     * it at the same time. The weights stay this network's; it must be closed after the twin.
     */
    public Network twin() {
        NDManager own = NDManager.newBaseManager(Device.cpu());
        ScriptModule twin =
                ScriptModule.load(own, NetworkParts.INFERENCE, NetworkParts.constants(config, type.torch()));
        WeightLoader.assign(twin, weights);
        return new Network(own, twin, config, weights, type);
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
        return type;
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
