package dev.scriptorium.model.parity;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.lora.AdamW;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.AdapterTraining;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.lora.MergedAdapter;
import dev.scriptorium.model.lora.TrainingBatch;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Trains an adapter for the reference's three steps, without and with the loss that balances experts, and
 * reads with one, beside the weights and merged into them.
 *
 * @see "SPEC section 13"
 */
final class LoraCheck implements Check {
    private static final String FILE = "golden/lora.safetensors";
    private static final String ADAPTER = "adapter_init";
    private static final AdamW ADAMW = new AdamW(0.9, 0.999, 0.01, Double.POSITIVE_INFINITY, false);
    private static final double RATE = 1e-3;

    private static final double LOSS_TOLERANCE = 1e-4;
    private static final double GRADIENT_TOLERANCE = 2e-5;
    /** Adam divides by a gradient's size, so that the rounding of one near 0 shows in full. */
    private static final double ROUNDING_TOLERANCE = 6e-3;

    private static final double CLEAR_GRADIENT = 1e-4;

    private final PageTiler tiler = new PageTiler();

    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
        try (GoldenTensors tensors = GoldenTensors.open(golden.file(FILE));
                Checkpoint base = Checkpoint.open(golden.file("model"));
                Tokenizer tokenizer = Tokenizer.load(golden.file("model/tokenizer.json"))) {
            LoraAdapter adapter = LoraAdapter.read(golden.file(ADAPTER), base.config());
            JsonNode lora = golden.index().get("lora");
            TrainingBatch batch = batch(golden, tensors, lora, new PromptEncoder(tokenizer), tokenizer, base, findings);
            for (Map.Entry<String, JsonNode> variant : lora.properties()) {
                if (variant.getValue().has("losses")) {
                    train(variant.getKey(), variant.getValue(), base, adapter, batch, tensors, findings);
                }
            }
            read(golden, base, adapter, new PromptEncoder(tokenizer), tensors, findings);
        }
    }

    /** The reference's batch, made as the trainer makes its own. */
    private TrainingBatch batch(
            GoldenFolder golden,
            GoldenTensors tensors,
            JsonNode lora,
            PromptEncoder encoder,
            Tokenizer tokenizer,
            Checkpoint base,
            Findings findings)
            throws IOException {
        JsonNode description = golden.at(lora, "batch");
        List<TrainingBatch.Example> examples = new ArrayList<>();
        List<PageViews> pages = new ArrayList<>();
        for (int i = 0; i < golden.at(description, "images").size(); i++) {
            String name = description.get("images").get(i).asText();
            PageViews views = golden.views(name, tiler);
            PromptTokens prompt = golden.prompt(
                    name, encoder, views.visionTokens(base.config().sam().patch()));
            int[] answer =
                    tokenizer.encode(golden.at(description, "answers").get(i).asText());
            examples.add(TrainingBatch.Example.ending(
                    prompt, answer, base.config().decoder().eos()));
            pages.add(views);
        }
        int side = pages.get(0).global().width();
        TrainingBatch batch = TrainingBatch.of(examples, pixels(pages), side, side, Optional.empty());
        findings.equalIds(Aspect.LORA, "lora input_ids", tensors.ids("input_ids"), narrow(batch.ids()));
        findings.equalIds(Aspect.LORA, "lora labels", tensors.ids("labels"), narrow(batch.labels()));
        return batch;
    }

    private static void train(
            String variant,
            JsonNode description,
            Checkpoint base,
            LoraAdapter adapter,
            TrainingBatch batch,
            GoldenTensors tensors,
            Findings findings)
            throws IOException {
        double balance = description.get("aux_loss_alpha").asDouble();
        try (AdapterTraining training = AdapterTraining.from(base, Compute.cpu(DType.F32), adapter, ADAMW)) {
            findings.equal(
                    Aspect.LORA,
                    variant + " modules",
                    2 * description.get("modules").asInt(),
                    training.values().size());
            logits(variant, training, batch, tensors, findings);
            JsonNode losses = description.get("losses");
            for (int step = 0; step < losses.size(); step++) {
                double loss =
                        training.learn(batch, batch.taught(), balance, 0, 1).loss() / batch.taught();
                float[] expected = {(float) losses.get(step).asDouble()};
                findings.close(
                        Aspect.LORA,
                        variant,
                        "lora_loss",
                        "loss" + step,
                        expected,
                        new float[] {(float) loss},
                        LOSS_TOLERANCE);
                if (step == 0) {
                    gradients(variant, training.gradients(), tensors, findings);
                }
                training.step(RATE);
                weights(variant, step + 1, training.values(), tensors, findings);
            }
        }
    }

    private static void logits(
            String variant, AdapterTraining training, TrainingBatch batch, GoldenTensors tensors, Findings findings)
            throws IOException {
        if (tensors.has(variant + ".logits")) {
            try (NDManager owner = training.manager().newSubManager()) {
                float[] found = training.logits(batch, owner).toFloatArray();
                float[] expected = tensors.floats(variant + ".logits");
                findings.close(Aspect.LORA, variant, "lora_logits", "logits", expected, found, Findings.TOLERANCE);
            }
        }
    }

    private static void gradients(
            String variant, Map<String, float[]> gradients, GoldenTensors tensors, Findings findings)
            throws IOException {
        for (Map.Entry<String, float[]> gradient : gradients.entrySet()) {
            String name = variant + ".grad0." + gradient.getKey();
            findings.close(
                    Aspect.LORA,
                    variant,
                    "lora_gradient",
                    name,
                    tensors.floats(name),
                    gradient.getValue(),
                    GRADIENT_TOLERANCE);
        }
    }

    /** Goldens have all weights after the last step, and some after the first. */
    private static void weights(
            String variant, int step, Map<String, float[]> weights, GoldenTensors tensors, Findings findings)
            throws IOException {
        for (Map.Entry<String, float[]> weight : weights.entrySet()) {
            String name = variant + ".step" + step + "." + weight.getKey();
            if (!tensors.has(name)) {
                continue;
            }
            float[] gradient = tensors.floats(variant + ".grad0." + weight.getKey());
            int[] clear = IntStream.range(0, gradient.length)
                    .filter(i -> gradient[i] == 0 || Math.abs(gradient[i]) > CLEAR_GRADIENT)
                    .toArray();
            float[] expected = tensors.floats(name);
            float[] found = weight.getValue();
            findings.close(
                    Aspect.LORA,
                    variant,
                    "lora_weight",
                    name,
                    chosen(expected, clear),
                    chosen(found, clear),
                    Findings.TOLERANCE);
            findings.close(
                    Aspect.LORA, variant, "lora_weight_rounding", name + " (all)", expected, found, ROUNDING_TOLERANCE);
        }
    }

    /** Logits of a prompt with the adapter, beside the weights and merged into them. */
    private void read(
            GoldenFolder golden,
            Checkpoint base,
            LoraAdapter adapter,
            PromptEncoder encoder,
            GoldenTensors tensors,
            Findings findings)
            throws IOException {
        float[] expected = tensors.floats("infer.square_tiny.logits");
        PageViews views = golden.views("square.tiny", tiler);
        PromptTokens prompt = golden.prompt(
                "square.tiny", encoder, views.visionTokens(base.config().sam().patch()));
        try (Network network = Network.load(base, Compute.cpu(DType.F32))) {
            float[] without = logits(network, views, prompt);
            try (AdapterBank bank = new AdapterBank(network)) {
                bank.hold(Set.of(adapter));
                bank.choose(Optional.of(adapter));
                findings.close(
                        Aspect.LORA,
                        "infer",
                        "lora_logits",
                        "beside",
                        expected,
                        logits(network, views, prompt),
                        Findings.TOLERANCE);
            }
            MergedAdapter merged = MergedAdapter.of(network, adapter);
            findings.close(
                    Aspect.LORA,
                    "infer",
                    "lora_logits",
                    "merged",
                    expected,
                    logits(network, views, prompt),
                    Findings.TOLERANCE);
            merged.close();
            // the same weights again; only where a sum's operands happen to lie in memory may differ
            findings.close(
                    Aspect.LORA,
                    "infer",
                    "lora_logits",
                    "after",
                    without,
                    logits(network, views, prompt),
                    Findings.TOLERANCE / 10);
        }
    }

    private static float[] logits(Network network, PageViews views, PromptTokens prompt) {
        try (NDManager owner = network.manager().newSubManager()) {
            List<float[]> seen = new ArrayList<>();
            StageRun run = new StageRun(
                    network,
                    owner,
                    (stage, tensor) -> {
                        if (stage.equals("logits")) {
                            seen.add(tensor.toFloatArray());
                        }
                    },
                    (layer, experts, weights) -> {});
            run.decoder(run.page(views, prompt));
            return seen.get(0);
        }
    }

    private static float[] pixels(List<PageViews> pages) {
        int side = pages.get(0).global().width();
        FloatBuffer pixels = FloatBuffer.allocate(pages.size() * 3 * side * side);
        pages.forEach(page -> ImageNormalizer.normalize(page.global(), pixels));
        return pixels.array();
    }

    private static float[] chosen(float[] values, int[] at) {
        float[] chosen = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            chosen[i] = values[at[i]];
        }
        return chosen;
    }

    private static int[] narrow(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }
}
