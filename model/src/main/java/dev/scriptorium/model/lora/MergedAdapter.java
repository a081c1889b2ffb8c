package dev.scriptorium.model.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.ScriptModule;
import java.util.HashMap;
import java.util.Map;

/**
 * An adapter inside the weights: W + scale B A takes W's place until this is closed, which puts W itself
 * back, to the bit. Reads as fast as the base model and takes a copy of the adapted weights; every sequence
 * is read with it.
 *
 * <p>Not thread-safe: whoever runs the network merges and closes.
 */
public final class MergedAdapter implements AutoCloseable {
    private final Network network;
    private final NDManager owner;

    private MergedAdapter(Network network, NDManager owner) {
        this.network = network;
        this.owner = owner;
    }

    /** Merges an adapter into a network that nothing runs on; one at a time. */
    public static MergedAdapter of(Network network, LoraAdapter adapter) {
        ScriptModule module = network.module();
        NDManager owner = module.manager().newSubManager();
        Map<String, NDArray> weights = new HashMap<>(network.weights());
        adapter.modules().forEach((name, pair) -> {
            try (NDManager temporary = owner.newSubManager()) {
                NDArray a = AdapterBank.tensor(module, pair.a(), temporary);
                NDArray b = AdapterBank.tensor(module, pair.b(), temporary);
                weights.computeIfPresent(name + ".weight", (key, weight) -> module.train(
                                "merged", weight, a, b, adapter.config().scale())
                        .tensor(owner));
            }
        });
        network.use(weights, owner);
        return new MergedAdapter(network, owner);
    }

    @Override
    public void close() {
        network.use(network.weights(), network.manager());
        owner.close();
    }
}
