package dev.scriptorium.model.script;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeType;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.GroupedExperts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which script parts make a network, and the constants they take from its config. */
public final class NetworkParts {
    /** Everything that reads: encoder, projector and decoder. */
    public static final List<String> INFERENCE = List.of(
            "common",
            "lora",
            "sam_encoder",
            "conv_compressor",
            "clip_encoder",
            "projector",
            "deep_encoder",
            "attention",
            "moe_feed_forward",
            "grouped_experts",
            "decoder",
            "drafting");

    /** Everything that learns: what reads, and losses, gradients and updates. */
    public static final List<String> PRETRAINING = Stream.concat(
                    INFERENCE.stream(), Stream.of("readers", "optimizer", "pretraining"))
            .toList();

    /** Everything that trains an adapter. */
    public static final List<String> FINETUNING = Stream.concat(
                    INFERENCE.stream(), Stream.of("readers", "adamw", "finetuning"))
            .toList();

    private NetworkParts() {}

    /**
     * Constants of the inference parts.
     *
     * @param compute what matrix products are computed in, and where
     * @param learns whether gradients are wanted
     */
    public static Map<String, Object> constants(ModelConfig config, Compute compute, boolean learns) {
        ModelConfig.Sam sam = config.sam();
        ModelConfig.Clip clip = config.clip();
        ModelConfig.Decoder decoder = config.decoder();
        Map<String, Object> constants = new LinkedHashMap<>(products(compute, learns));
        constants.put("sam_heads", sam.heads());
        constants.put("sam_patch", sam.patch());
        constants.put("sam_window_height", sam.windowHeight());
        constants.put("sam_window_width", sam.windowWidth());
        constants.put("sam_grid_height", sam.gridHeight());
        constants.put("sam_grid_width", sam.gridWidth());
        Integer[] global = new Integer[sam.layers()];
        for (int i = 0; i < global.length; i++) {
            global[i] = sam.globalLayers().contains(i) ? 1 : 0;
        }
        constants.put("sam_global", List.of(global));
        constants.put("sam_sliced", config.slicedPositions());
        constants.put("strides", sam.strides().stream().flatMap(List::stream).toList());
        constants.put("clip_heads", clip.heads());
        constants.put("clip_grid_height", clip.gridHeight());
        constants.put("clip_grid_width", clip.gridWidth());
        constants.put("clip_sliced", config.slicedPositions());
        constants.put("heads", decoder.heads());
        constants.put("rope_theta", decoder.ropeTheta());
        constants.put("norm_eps", decoder.normEpsilon());
        constants.put("dense_layers", decoder.denseLayers());
        constants.put("experts", decoder.experts());
        constants.put("experts_per_token", decoder.expertsPerToken());
        constants.put("normalize_topk", decoder.normalizeTopK());
        constants.put("group_rows", GroupedExperts.ROWS);
        return constants;
    }

    /**
     * Constants of the parts that all products go through, {@code common} and {@code lora}.
     *
     * @param compute what they are computed in, and where
     * @param learns whether gradients are wanted
     */
    public static Map<String, Object> products(Compute compute, boolean learns) {
        boolean bfloat16 = compute.equals(Compute.cpu(DType.BF16)) && ComputeType.multipliesBfloat16();
        return Map.of(
                "compute",
                compute.type().torch(),
                "fused",
                !compute.onCpu(),
                "tiles",
                bfloat16 && ComputeType.multipliesTiles(),
                "packs",
                bfloat16 && !learns,
                "rounds",
                bfloat16 && learns);
    }
}
