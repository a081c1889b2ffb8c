package dev.scriptorium.model.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Every dimension of a checkpoint, read from its {@code config.json}. Keys that the published file does
 * not hold (window, neck, MLP ratio, patch of the SAM encoder ...) are constants of the reference code
 * and stand here as defaults; the bundled line model sets them.
 *
 * @param sam window-attention encoder
 * @param clip global-attention encoder behind the compressor
 * @param decoder mixture-of-experts language model
 * @param unit what one image is: a page or a line
 * @see <a href="https://arxiv.org/abs/2510.18234">DeepSeek-OCR</a>, SPEC sections 5 to 9
 */
public record ModelConfig(Sam sam, Clip clip, Decoder decoder, Unit unit) {

    /** What one image given to the model shows. */
    public enum Unit {
        /** A whole page, on a square canvas chosen by {@link Mode}. */
        PAGE,
        /** One text line, on the checkpoint's own canvas: as high as the canvas, as wide as the line needs. */
        LINE
    }

    /**
     * SAM-B (reference: ImageEncoderViT) with its neck and the 16x compressor.
     *
     * @param width channels
     * @param layers blocks
     * @param heads attention heads
     * @param globalLayers indexes of the blocks that attend to the whole grid
     * @param patch pixels a side of a patch
     * @param gridHeight rows of the native patch grid: the absolute positions' table
     * @param gridWidth columns of the native patch grid
     * @param windowHeight rows of a window
     * @param windowWidth columns of a window
     * @param mlpRatio hidden width of the MLP over {@code width}
     * @param neck channels after the neck
     * @param compressed channels after each stride of the compressor
     * @param strides rows and columns by which each compressor convolution shrinks the grid
     */
    public record Sam(
            int width,
            int layers,
            int heads,
            List<Integer> globalLayers,
            int patch,
            int gridHeight,
            int gridWidth,
            int windowHeight,
            int windowWidth,
            int mlpRatio,
            int neck,
            List<Integer> compressed,
            List<List<Integer>> strides) {
        public Sam {
            globalLayers = List.copyOf(globalLayers);
            compressed = List.copyOf(compressed);
            strides = strides.stream().map(List::copyOf).toList();
        }

        /** Pixels of the canvas that one vision token stands for, vertically. */
        public int tokenHeight() {
            return patch * strides.get(0).get(0) * strides.get(1).get(0);
        }

        /** Pixels of the canvas that one vision token stands for, horizontally. */
        public int tokenWidth() {
            return patch * strides.get(0).get(1) * strides.get(1).get(1);
        }
    }

    /**
     * CLIP-L transformer over the compressed grid.
     *
     * @param width channels
     * @param layers blocks
     * @param heads attention heads
     * @param mlpRatio hidden width over {@code width}
     * @param gridHeight rows of the table of positions (the class token comes on top)
     * @param gridWidth columns of the table of positions
     */
    public record Clip(int width, int layers, int heads, int mlpRatio, int gridHeight, int gridWidth) {}

    /**
     * DeepSeek-V2 style decoder with plain multi-head attention.
     *
     * @param width hidden size
     * @param layers layers
     * @param heads attention heads
     * @param denseWidth hidden width of the MLP of the first {@code denseLayers} layers
     * @param denseLayers layers without experts
     * @param experts routed experts a layer
     * @param expertsPerToken routed experts a token visits
     * @param expertWidth hidden width of an expert
     * @param sharedExperts experts that every token visits, kept as one MLP
     * @param normalizeTopK whether the chosen experts' weights are scaled to sum 1
     * @param vocabulary rows of the embedding
     * @param maxPositions prompt and answer together
     * @param normEpsilon of RMSNorm
     * @param ropeTheta base of the rotary embedding
     * @param bos first token of every prompt
     * @param eos the token that ends an answer
     */
    public record Decoder(
            int width,
            int layers,
            int heads,
            int denseWidth,
            int denseLayers,
            int experts,
            int expertsPerToken,
            int expertWidth,
            int sharedExperts,
            boolean normalizeTopK,
            int vocabulary,
            int maxPositions,
            double normEpsilon,
            double ropeTheta,
            int bos,
            int eos) {
        /** Channels of one attention head. */
        public int headWidth() {
            return width / heads;
        }
    }

    /** The same config with the neck's channels filled in. */
    public ModelConfig withNeck(int channels) {
        Sam known = new Sam(
                sam.width,
                sam.layers,
                sam.heads,
                sam.globalLayers,
                sam.patch,
                sam.gridHeight,
                sam.gridWidth,
                sam.windowHeight,
                sam.windowWidth,
                sam.mlpRatio,
                channels,
                sam.compressed,
                sam.strides);
        return new ModelConfig(known, clip, decoder, unit);
    }

    /** True when positions are cut from their tables rather than interpolated: canvases of one scale only. */
    public boolean slicedPositions() {
        return unit == Unit.LINE;
    }

    /** Height of a line model's canvas in pixels; empty for page models, whose {@link Mode} decides. */
    public OptionalInt canvasHeight() {
        return unit == Unit.LINE ? OptionalInt.of(sam.gridHeight * sam.patch) : OptionalInt.empty();
    }

    /** Greatest width of a line model's canvas in pixels; empty for page models. */
    public OptionalInt canvasWidth() {
        return unit == Unit.LINE ? OptionalInt.of(sam.gridWidth * sam.patch) : OptionalInt.empty();
    }

    /**
     * Reads {@code config.json} of a model folder.
     *
     * @throws ModelFormatException if a key is missing or has a value the network cannot have; the message names it
     * @throws IOException if the file cannot be read
     */
    public static ModelConfig read(Path modelDir) throws IOException {
        Path file = modelDir.resolve("config.json");
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(modelDir + ": config.json expected, none found");
        }
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(file + ": a JSON object expected, " + e.getOriginalMessage(), e);
        }
        return new Reader(file.toString(), root).read();
    }

    /** The dimensions of the published checkpoint, {@code deepseek-ai/DeepSeek-OCR}. */
    public static ModelConfig published() {
        try (InputStream json = ModelConfig.class.getResourceAsStream("published.json")) {
            return new Reader("published.json", new ObjectMapper().readTree(json)).read();
        } catch (IOException e) {
            throw new UncheckedIOException("published.json: cannot be read", e);
        }
    }

    private record Reader(String file, JsonNode root) {
        ModelConfig read() {
            JsonNode vision = at(root, "vision_config");
            JsonNode samNode = at(at(vision, "width"), "sam_vit_b");
            JsonNode clipNode = at(at(vision, "width"), "clip-l-14-224");
            JsonNode language = root.has("language_config") ? root.get("language_config") : root;
            Unit unit = root.path("unit").asText("page").equals("line") ? Unit.LINE : Unit.PAGE;
            Sam sam = sam(samNode, at(vision, "image_size").asInt());
            return new ModelConfig(sam, clip(clipNode, sam), decoder(language), unit);
        }

        private Sam sam(JsonNode node, int imageSize) {
            int patch = node.path("patch_size").asInt(16);
            List<Integer> canvas = node.has("canvas") ? ints(node, "canvas") : List.of(imageSize, imageSize);
            List<Integer> window = node.has("window") ? ints(node, "window") : List.of(14, 14);
            List<List<Integer>> strides = new ArrayList<>();
            for (JsonNode stride : node.path("strides")) {
                strides.add(List.of(stride.get(0).asInt(), stride.get(1).asInt()));
            }
            return new Sam(
                    positive(node, "width"),
                    positive(node, "layers"),
                    positive(node, "heads"),
                    ints(node, "global_attn_indexes"),
                    patch,
                    canvas.get(0) / patch,
                    canvas.get(1) / patch,
                    window.get(0),
                    window.get(1),
                    node.path("mlp_ratio").asInt(4),
                    node.path("neck").asInt(0),
                    ints(node, "downsample_channels"),
                    strides.isEmpty() ? List.of(List.of(2, 2), List.of(2, 2)) : strides);
        }

        private Clip clip(JsonNode node, Sam sam) {
            boolean square = sam.gridHeight() == sam.gridWidth();
            int side = positive(node, "image_size") / positive(node, "patch_size");
            return new Clip(
                    positive(node, "width"),
                    positive(node, "layers"),
                    positive(node, "heads"),
                    node.path("mlp_ratio").asInt(4),
                    square ? side : sam.gridHeight() * sam.patch() / sam.tokenHeight(),
                    square ? side : sam.gridWidth() * sam.patch() / sam.tokenWidth());
        }

        private Decoder decoder(JsonNode node) {
            int width = positive(node, "hidden_size");
            int heads = positive(node, "num_attention_heads");
            if (node.path("use_mla").asBoolean(false)) {
                throw new ModelFormatException(file + ": use_mla=false expected, true found");
            }
            if (width % heads != 0) {
                throw new ModelFormatException(file + ": hidden_size a multiple of num_attention_heads=" + heads
                        + " expected, " + width + " found");
            }
            return new Decoder(
                    width,
                    positive(node, "num_hidden_layers"),
                    heads,
                    positive(node, "intermediate_size"),
                    positive(node, "first_k_dense_replace"),
                    positive(node, "n_routed_experts"),
                    positive(node, "num_experts_per_tok"),
                    positive(node, "moe_intermediate_size"),
                    positive(node, "n_shared_experts"),
                    node.path("norm_topk_prob").asBoolean(false),
                    positive(node, "vocab_size"),
                    node.path("max_position_embeddings").asInt(8192),
                    node.path("rms_norm_eps").asDouble(1e-6),
                    node.path("rope_theta").asDouble(10000),
                    node.path("bos_token_id").asInt(0),
                    node.path("eos_token_id").asInt(1));
        }

        private JsonNode at(JsonNode node, String key) {
            JsonNode value = node.get(key);
            if (value == null || value.isNull()) {
                throw new ModelFormatException(file + ": key '" + key + "' expected, none found");
            }
            return value;
        }

        private int positive(JsonNode node, String key) {
            int value = at(node, key).asInt();
            if (value < 1) {
                throw new ModelFormatException(file + ": " + key + " >= 1 expected, " + at(node, key) + " found");
            }
            return value;
        }

        private List<Integer> ints(JsonNode node, String key) {
            List<Integer> values = new ArrayList<>();
            at(node, key).forEach(value -> values.add(value.asInt()));
            return values;
        }
    }
}
