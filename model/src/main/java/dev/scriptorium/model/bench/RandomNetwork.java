package dev.scriptorium.model.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.NetworkParts;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.GroupedExperts;
import dev.scriptorium.model.weights.PackedWeights;
import dev.scriptorium.model.weights.TensorShapes;
import dev.scriptorium.model.weights.WeightLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Half of a network of a given config, with weights drawn at random: what it says means nothing, its speed does. */
final class RandomNetwork implements AutoCloseable {
    /** Keeps hidden states of the size that trained ones have: 0.02 standard deviations. */
    static final double SPREAD = 0.02 * Math.sqrt(3);

    private static final Pattern DECODER =
            Pattern.compile("(?:model\\.layers\\.(\\d+)\\.|model\\.embed_tokens\\.|model\\.norm\\.|lm_head\\.).*");

    /** Which half. */
    enum Half {
        /** From pixels to vision tokens. */
        ENCODER,
        /** From embeddings to logits. */
        DECODER;

        private List<String> parts() {
            List<String> own =
                    switch (this) {
                        case ENCODER ->
                            List.of("sam_encoder", "conv_compressor", "clip_encoder", "projector", "deep_encoder");
                        case DECODER ->
                            List.of("attention", "moe_feed_forward", "grouped_experts", "decoder", "step_parts");
                    };
            List<String> parts = new ArrayList<>(List.of("common", "lora", "random_weights"));
            parts.addAll(own);
            return parts;
        }

        /** Whether the half reads a tensor, if its decoder has so many layers. */
        private boolean reads(String name, int layers) {
            Matcher matcher = RandomNetwork.DECODER.matcher(name);
            boolean decoder = matcher.matches();
            return decoder == (this == DECODER)
                    && (!decoder || matcher.group(1) == null || Integer.parseInt(matcher.group(1)) < layers);
        }
    }

    private final NDManager manager;
    private final ScriptModule module;
    private final Map<String, NDArray> weights = new LinkedHashMap<>();

    /**
     * Draws the weights.
     *
     * @param layers how many of the config's decoder layers
     * @param packed whether to compute with {@link PackedWeights}
     */
    RandomNetwork(ModelConfig config, Half half, Compute compute, int layers, boolean packed, long seed) {
        this(config, half, compute, layers, packed, GroupedExperts.wanted(compute), seed);
    }

    /** @param groups whether to compute with {@link GroupedExperts} */
    RandomNetwork(
            ModelConfig config, Half half, Compute compute, int layers, boolean packed, boolean groups, long seed) {
        DjlDefaults.apply();
        manager = NDManager.newBaseManager(compute.device());
        manager.getEngine().setRandomSeed(Math.toIntExact(seed));
        module = ScriptModule.load(manager, half.parts(), NetworkParts.constants(config, compute, false));
        shapes(config, half, layers).forEach((name, shape) -> {
            boolean norm = shape.size() == 1;
            double low = norm ? 1 : -SPREAD;
            long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
            weights.put(
                    name,
                    module.train(
                                    "random_weight",
                                    dimensions,
                                    compute.type().torch(),
                                    low,
                                    norm ? 1 : SPREAD,
                                    ComputeDevice.torchName(compute.device()))
                            .tensor(module.manager()));
        });
        if (half == Half.DECODER && groups) {
            GroupedExperts experts = GroupedExperts.of(module, config.decoder(), weights, module.manager());
            weights.putAll(experts.use(module, experts.in(weights), module.manager()));
        }
        WeightLoader.assign(module, weights);
        if (packed) {
            PackedWeights.of(module, weights, module.manager());
        }
    }

    /** Bytes that the weights take. */
    static long bytes(ModelConfig config, Half half, DType type, int layers) {
        return type.bytes()
                * shapes(config, half, layers).values().stream()
                        .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                        .sum();
    }

    ScriptModule module() {
        return module;
    }

    /** By checkpoint name. */
    Map<String, NDArray> weights() {
        return Collections.unmodifiableMap(weights);
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }

    private static Map<String, List<Long>> shapes(ModelConfig config, Half half, int layers) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        TensorShapes.of(config).forEach((name, shape) -> {
            if (half.reads(name, layers)) {
                shapes.put(name, shape);
            }
        });
        return shapes;
    }
}
