package dev.scriptorium.trainer.finetune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.lora.AdamW;
import dev.scriptorium.model.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How an adapter is trained. The defaults are those of the experiment with Vietnamese handwriting that this
 * repeats; a checkpoint's {@code config.json} may carry its own under the key {@code finetune}.
 *
 * @param rank of the adapter
 * @param alpha its scale times its rank
 * @param targetModules linears that are adapted
 * @param learningRate greatest rate: it warms up, then falls in a line to 0
 * @param warmUp steps
 * @param epochs times that every sample is seen
 * @param leastSteps a small data set is seen more often, until the run has so many steps
 * @param batch pictures computed together
 * @param accumulate batches a step
 * @param weightDecay decoupled
 * @param clipNorm greatest norm of a step's gradient
 * @param eightBit whether AdamW remembers in 8 bits
 * @param balanceWeight of the loss that loads experts evenly
 * @param readersWeight of the CTC losses of a line model's readers, if its checkpoint holds them
 * @param inputNoise share of answer tokens replaced in what the decoder is fed
 * @param distort whether pictures of lines are seen a little differently each time
 * @param replay drawn lines mixed in, as a share of the samples; for line models
 * @param prompt what is asked, white space at its ends included
 * @param answerEnd text behind every answer
 * @param mode resolution; a line model has one only
 */
public record FinetuneSettings(
        int rank,
        double alpha,
        List<String> targetModules,
        double learningRate,
        int warmUp,
        int epochs,
        int leastSteps,
        int batch,
        int accumulate,
        double weightDecay,
        double clipNorm,
        boolean eightBit,
        double balanceWeight,
        double readersWeight,
        double inputNoise,
        boolean distort,
        double replay,
        String prompt,
        String answerEnd,
        String mode) {
    private static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    public FinetuneSettings {
        targetModules = List.copyOf(targetModules);
        if (epochs < 1 || batch < 1 || accumulate < 1 || warmUp < 0 || leastSteps < 0) {
            throw new IllegalArgumentException("finetune: epochs, batch, accumulate >= 1 and warm_up, least_steps >= 0"
                    + " expected, " + epochs + ", " + batch + ", " + accumulate + ", " + warmUp + ", " + leastSteps
                    + " found");
        }
        if (!(learningRate > 0 && learningRate < 1)) {
            throw new IllegalArgumentException(
                    "finetune: learning_rate between 0 and 1 expected, " + learningRate + " found");
        }
        if (!(replay >= 0 && inputNoise >= 0 && inputNoise < 1 && readersWeight >= 0 && balanceWeight >= 0)) {
            throw new IllegalArgumentException("finetune: replay, input_noise, readers_weight, balance_weight >= 0"
                    + " expected, " + replay + ", " + inputNoise + ", " + readersWeight + ", " + balanceWeight
                    + " found");
        }
    }

    /** The experiment's own settings. */
    public static FinetuneSettings seed() {
        return new FinetuneSettings(
                16,
                16,
                LoraConfig.DECODER_TARGETS,
                1e-4,
                5,
                2,
                0,
                32,
                2,
                0.001,
                1,
                true,
                0,
                0,
                0,
                false,
                0,
                "<image>\nFree OCR. ",
                " ",
                Mode.SEED384.label());
    }

    /**
     * A checkpoint's own settings, changed by the caller's.
     *
     * @param overrides by name as in {@code config.json}, such as {@code learning_rate}
     * @throws IllegalArgumentException if a name or value is wrong; the message says which
     */
    public static FinetuneSettings of(Path modelDir, Map<String, ?> overrides) throws IOException {
        JsonNode config = JSON.readTree(Files.readString(modelDir.resolve("config.json")));
        ObjectNode settings = JSON.valueToTree(seed());
        config.path("finetune").properties().forEach(entry -> settings.set(entry.getKey(), entry.getValue()));
        overrides.forEach((name, value) -> settings.set(name, JSON.valueToTree(value)));
        try {
            return JSON.treeToValue(settings, FinetuneSettings.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(modelDir + ": finetune: " + e.getOriginalMessage(), e);
        }
    }

    /** As {@code config.json} has it. */
    public JsonNode toJson() {
        return JSON.valueToTree(this);
    }

    LoraConfig lora(String baseModel) {
        return new LoraConfig(rank, alpha, false, targetModules, baseModel);
    }

    AdamW adamW() {
        return new AdamW(0.9, 0.999, weightDecay, clipNorm, eightBit);
    }

    /** Samples of a step. */
    int stepSize() {
        return batch * accumulate;
    }

    /** Steps of a run over so many samples. */
    long steps(int samples) {
        return Math.max(leastSteps, epochs * new EpochOrder(samples, stepSize(), 0).stepsPerEpoch());
    }

    /** Rate of a step, counted from 0, of a run of so many. */
    double rate(long step, long steps) {
        if (step < warmUp) {
            return learningRate * step / warmUp;
        }
        return learningRate * (steps - step) / Math.max(1, steps - warmUp);
    }
}
