package dev.scriptorium.model.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.NetworkParts;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.TensorShapes;
import dev.scriptorium.model.weights.WeightLoader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A decoder of a given config with weights drawn at random: what it says means nothing, its speed does. */
final class RandomDecoder implements AutoCloseable {
    private static final List<String> PARTS =
            List.of("common", "lora", "attention", "moe_feed_forward", "decoder", "random_weights");

    private static final Pattern DECODER =
            Pattern.compile("(?:model\\.layers\\.(\\d+)\\.|model\\.embed_tokens\\.|model\\.norm\\.|lm_head\\.).*");

    /** Keeps hidden states of the size that trained ones have: 0.02 standard deviations. */
    private static final double SPREAD = 0.02 * Math.sqrt(3);

    private final NDManager manager;
    private final ScriptModule module;

    /**
     * Draws the weights.
     *
     * @param layers how many of the config's layers
     */
    RandomDecoder(ModelConfig config, DType type, int layers, long seed) {
        DjlDefaults.apply();
        manager = NDManager.newBaseManager(Device.cpu());
        manager.getEngine().setRandomSeed(Math.toIntExact(seed));
        module = ScriptModule.load(manager, PARTS, NetworkParts.constants(config, type.torch()));
        Map<String, NDArray> weights = new LinkedHashMap<>();
        shapes(config, layers).forEach((name, shape) -> {
            boolean norm = shape.size() == 1;
            double low = norm ? 1 : -SPREAD;
            long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
            weights.put(
                    name,
                    module.train("random_weight", dimensions, type.torch(), low, norm ? 1 : SPREAD)
                            .tensor(module.manager()));
        });
        WeightLoader.assign(module, weights);
    }

    /** Bytes that the weights take. */
    static long bytes(ModelConfig config, DType type, int layers) {
        return type.bytes()
                * shapes(config, layers).values().stream()
                        .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                        .sum();
    }

    ScriptModule module() {
        return module;
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }

    private static Map<String, List<Long>> shapes(ModelConfig config, int layers) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        TensorShapes.of(config).forEach((name, shape) -> {
            Matcher matcher = DECODER.matcher(name);
            if (matcher.matches() && (matcher.group(1) == null || Integer.parseInt(matcher.group(1)) < layers)) {
                shapes.put(name, shape);
            }
        });
        return shapes;
    }
}
