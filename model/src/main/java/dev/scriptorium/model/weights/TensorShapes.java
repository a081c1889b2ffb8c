package dev.scriptorium.model.weights;

import dev.scriptorium.model.config.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names and shapes of all tensors that a checkpoint of a given config holds: 2,710 for the published one.
 *
 * @see "SPEC section 12"
 */
public final class TensorShapes {
    private static final String SAM = "model.sam_model.";
    private static final String CLIP = "model.vision_model.";

    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
    private final ModelConfig config;

    private TensorShapes(ModelConfig config) {
        this.config = config;
    }

    /**
     * The shapes of a checkpoint.
     *
     * @param config its config; a neck of 0 channels means that the file decides, see {@link Checkpoint}
     */
    public static Map<String, List<Long>> of(ModelConfig config) {
        TensorShapes table = new TensorShapes(config);
        table.sam();
        table.clip();
        table.projector();
        table.decoder();
        return table.shapes;
    }

    /**
     * Whether a tensor is the weight of a linear layer: tables of embeddings are none, nor is the router, which the
     * reference keeps as a bare parameter.
     *
     * @param dimensions how many the tensor has
     */
    public static boolean isLinear(String name, int dimensions) {
        return dimensions == 2
                && name.endsWith(".weight")
                && !name.contains("embed")
                && !name.endsWith("mlp.gate.weight");
    }

    /** Frames of characters that the column reader makes of one column of patches. */
    public static final int FRAMES_A_COLUMN = 2;

    /** Frames of characters that the token reader makes of one vision token. */
    public static final int FRAMES_A_TOKEN = 8;

    /**
     * The readers that a line model's checkpoint may hold: linear layers that read characters straight
     * from the encoder, by CTC. Training needs them; whoever reads can take their text for a draft.
     */
    public static Map<String, List<Long>> readers(ModelConfig config) {
        if (config.unit() != ModelConfig.Unit.LINE) {
            return Map.of();
        }
        TensorShapes table = new TensorShapes(config);
        long classes = config.decoder().vocabulary() + 1L;
        long column = (long) config.sam().neck() * config.sam().gridHeight();
        table.linear("ctc_columns", FRAMES_A_COLUMN * classes, column);
        table.linear("ctc_tokens", FRAMES_A_TOKEN * classes, config.decoder().width());
        return table.shapes;
    }

    private void sam() {
        ModelConfig.Sam sam = config.sam();
        long width = sam.width();
        long hidden = width * sam.mlpRatio();
        put(SAM + "patch_embed.proj.weight", width, 3, sam.patch(), sam.patch());
        put(SAM + "patch_embed.proj.bias", width);
        put(SAM + "pos_embed", 1, sam.gridHeight(), sam.gridWidth(), width);
        for (int i = 0; i < sam.layers(); i++) {
            boolean global = sam.globalLayers().contains(i);
            String block = SAM + "blocks." + i + ".";
            norm(block + "norm1", width);
            linear(block + "attn.qkv", 3 * width, width);
            linear(block + "attn.proj", width, width);
            put(
                    block + "attn.rel_pos_h",
                    2L * (global ? sam.gridHeight() : sam.windowHeight()) - 1,
                    width / sam.heads());
            put(block + "attn.rel_pos_w", 2L * (global ? sam.gridWidth() : sam.windowWidth()) - 1, width / sam.heads());
            norm(block + "norm2", width);
            linear(block + "mlp.lin1", hidden, width);
            linear(block + "mlp.lin2", width, hidden);
        }
        long neck = sam.neck();
        put(SAM + "neck.0.weight", neck, width, 1, 1);
        norm(SAM + "neck.1", neck);
        put(SAM + "neck.2.weight", neck, neck, 3, 3);
        norm(SAM + "neck.3", neck);
        put(SAM + "net_2.weight", sam.compressed().get(0), neck, 3, 3);
        put(SAM + "net_3.weight", sam.compressed().get(1), sam.compressed().get(0), 3, 3);
    }

    private void clip() {
        ModelConfig.Clip clip = config.clip();
        long width = clip.width();
        put(CLIP + "embeddings.class_embedding", width);
        if (config.unit() == ModelConfig.Unit.PAGE) {
            // in every published checkpoint, evaluated in none: SAM's features take its place
            put(CLIP + "embeddings.patch_embedding.weight", width, 3, 14, 14);
        }
        put(CLIP + "embeddings.position_embedding.weight", 1L + (long) clip.gridHeight() * clip.gridWidth(), width);
        norm(CLIP + "pre_layrnorm", width);
        for (int i = 0; i < clip.layers(); i++) {
            String layer = CLIP + "transformer.layers." + i + ".";
            norm(layer + "layer_norm1", width);
            linear(layer + "self_attn.qkv_proj", 3 * width, width);
            linear(layer + "self_attn.out_proj", width, width);
            norm(layer + "layer_norm2", width);
            linear(layer + "mlp.fc1", width * clip.mlpRatio(), width);
            linear(layer + "mlp.fc2", width, width * clip.mlpRatio());
        }
    }

    private void projector() {
        long width = config.decoder().width();
        long vision = (long) config.clip().width() + config.sam().compressed().get(1);
        linear("model.projector.layers", width, vision);
        put("model.image_newline", width);
        put("model.view_seperator", width);
    }

    private void decoder() {
        ModelConfig.Decoder decoder = config.decoder();
        long width = decoder.width();
        put("model.embed_tokens.weight", decoder.vocabulary(), width);
        for (int i = 0; i < decoder.layers(); i++) {
            String layer = "model.layers." + i + ".";
            put(layer + "input_layernorm.weight", width);
            for (String projection : List.of("q", "k", "v", "o")) {
                put(layer + "self_attn." + projection + "_proj.weight", width, width);
            }
            put(layer + "post_attention_layernorm.weight", width);
            if (i < decoder.denseLayers()) {
                swiglu(layer + "mlp.", decoder.denseWidth());
                continue;
            }
            put(layer + "mlp.gate.weight", decoder.experts(), width);
            for (int e = 0; e < decoder.experts(); e++) {
                swiglu(layer + "mlp.experts." + e + ".", decoder.expertWidth());
            }
            swiglu(layer + "mlp.shared_experts.", (long) decoder.expertWidth() * decoder.sharedExperts());
        }
        put("model.norm.weight", width);
        put("lm_head.weight", decoder.vocabulary(), width);
    }

    private void swiglu(String prefix, long hidden) {
        long width = config.decoder().width();
        put(prefix + "gate_proj.weight", hidden, width);
        put(prefix + "up_proj.weight", hidden, width);
        put(prefix + "down_proj.weight", width, hidden);
    }

    private void linear(String name, long out, long in) {
        put(name + ".weight", out, in);
        put(name + ".bias", out);
    }

    private void norm(String name, long width) {
        put(name + ".weight", width);
        put(name + ".bias", width);
    }

    private void put(String name, long... shape) {
        shapes.put(name, java.util.Arrays.stream(shape).boxed().toList());
    }
}
