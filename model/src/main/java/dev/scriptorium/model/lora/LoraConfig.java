package dev.scriptorium.model.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What {@code adapter_config.json} says, as far as it changes numbers. Variants of LoRA that would change
 * them in other ways are refused.
 *
 * @param rank columns of B, rows of A
 * @param alpha the product counts alpha / rank
 * @param rankStabilized it counts alpha / sqrt(rank) instead (rsLoRA)
 * @param targetModules names of linears, whole or from a dot on
 * @param baseModel what the base model is called; for people
 */
public record LoraConfig(int rank, double alpha, boolean rankStabilized, List<String> targetModules, String baseModel) {
    /** The linears of the decoder: attention, dense MLP, every routed expert, shared experts. */
    public static final List<String> DECODER_TARGETS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    /** The linears of both encoders and the projector. */
    public static final List<String> VISION_TARGETS = List.of(
            "attn.qkv", "attn.proj", "mlp.lin1", "mlp.lin2", "qkv_proj", "out_proj", "fc1", "fc2", "projector.layers");

    static final String FILE = "adapter_config.json";

    private static final int MAX_RANK = 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    public LoraConfig {
        Objects.requireNonNull(baseModel, "baseModel");
        targetModules = List.copyOf(targetModules);
        if (rank < 1 || rank > MAX_RANK) {
            throw new IllegalArgumentException("r: 1 to " + MAX_RANK + " expected, " + rank + " found");
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("lora_alpha: a number above 0 expected, " + alpha + " found");
        }
        if (targetModules.isEmpty()) {
            throw new IllegalArgumentException("target_modules: at least one expected, none found");
        }
    }

    /** The factor of B A. */
    public double scale() {
        return rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank;
    }

    /**
     * Reads {@code adapter_config.json} of an adapter's folder.
     *
     * @throws ModelFormatException if it is missing, broken, or a variant that is not supported; names the key
     */
    static LoraConfig read(Path dir) throws IOException {
        Path file = dir.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(dir + ": " + FILE + " expected, none found");
        }
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(file + ": a JSON object expected, " + e.getOriginalMessage(), e);
        }
        require(file, root, "peft_type", "LORA");
        require(file, root, "bias", "none");
        for (String flag : List.of("use_dora", "fan_in_fan_out", "lora_bias")) {
            require(file, root, flag, "false");
        }
        for (String absent : List.of("modules_to_save", "rank_pattern", "alpha_pattern", "layers_to_transform")) {
            if (!root.path(absent).isEmpty()) {
                throw new ModelFormatException(
                        file + ": " + absent + ": nothing expected, " + root.get(absent) + " found");
            }
        }
        List<String> targets = new ArrayList<>();
        root.path("target_modules").forEach(target -> targets.add(target.asText()));
        try {
            return new LoraConfig(
                    root.path("r").asInt(),
                    root.path("lora_alpha").asDouble(),
                    root.path("use_rslora").asBoolean(false),
                    targets,
                    root.path("base_model_name_or_path").asText(""));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes {@code adapter_config.json} with the keys that PEFT writes. */
    void write(Path dir) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("alpha_pattern");
        root.putNull("auto_mapping");
        root.put("base_model_name_or_path", baseModel);
        root.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true);
        root.put("init_lora_weights", true);
        root.putNull("layers_pattern").putNull("layers_to_transform");
        if (alpha == Math.rint(alpha)) {
            root.put("lora_alpha", (long) alpha);
        } else {
            root.put("lora_alpha", alpha);
        }
        root.put("lora_dropout", 0.0).putNull("modules_to_save");
        root.put("peft_type", "LORA").put("r", rank).putObject("rank_pattern");
        root.putNull("revision");
        targetModules.forEach(root.putArray("target_modules")::add);
        root.putNull("task_type").put("use_dora", false).put("use_rslora", rankStabilized);
        Files.writeString(
                dir.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    }

    private static void require(Path file, JsonNode root, String key, String expected) {
        JsonNode found = root.path(key);
        if (!found.isMissingNode() && !found.isNull() && !found.asText().equals(expected)) {
            throw new ModelFormatException(file + ": " + key + " " + expected + " expected, " + found + " found");
        }
    }
}
