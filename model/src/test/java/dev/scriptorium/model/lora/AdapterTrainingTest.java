package dev.scriptorium.model.lora;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class AdapterTrainingTest {
    private static final int SIDE = 384;
    private static final int VISION_TOKENS = 43;
    private static final LoraConfig LORA = new LoraConfig(4, 4, false, LoraConfig.DECODER_TARGETS, "tiny");
    private static final AdamW EXACT = new AdamW(0.9, 0.999, 0.01, 1, false);
    private static final AdamW EIGHT_BIT = new AdamW(0.9, 0.999, 0.01, 1, true);

    private static Checkpoint base;
    private static PromptTokens prompt;

    @TempDir
    private Path dir;

    @BeforeAll
    static void open() throws IOException {
        base = Checkpoint.open(Golden.tiny("model"));
        try (Tokenizer tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"))) {
            prompt = new PromptEncoder(tokenizer).encode(Prompt.FREE_OCR, VISION_TOKENS);
        }
    }

    @AfterAll
    static void close() throws IOException {
        base.close();
    }

    @Test
    void aNewAdapterChangesNothingAndThenLearns() throws IOException {
        TrainingBatch batch = batch(1, 2);
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EXACT, 7)) {
            List<Double> losses = losses(training, batch, 12, 3e-3);
            assertThat(losses.get(11)).isLessThan(0.8 * losses.get(0));
            assertThat(training.steps()).isEqualTo(12);
            assertThat(training.parameters()).isEqualTo(30_336);
        }
    }

    @Test
    void batchesOfAStepTeachWhatOneLargeBatchTeaches() throws IOException {
        List<TrainingBatch> parts = List.of(batch(1, 3), batch(2, 5));
        TrainingBatch whole = join(parts.get(0), parts.get(1));
        int labels = whole.taught();
        assertThat(labels)
                .isEqualTo(parts.get(0).taught() + parts.get(1).taught())
                .isEqualTo(3 + 5);
        try (AdapterTraining together = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EXACT, 7);
                AdapterTraining apart = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EXACT, 7)) {
            together.learn(whole, labels, 0, 0, 1);
            for (TrainingBatch part : parts) {
                apart.learn(part, labels, 0, 0, 0.5);
            }
            Map<String, float[]> expected = together.gradients();
            apart.gradients()
                    .forEach((name, gradient) ->
                            assertThat(gradient).as(name).containsExactly(expected.get(name), within(1e-6f)));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnAfterAnInterruptionAsIfThereHadBeenNone(boolean eightBit) throws IOException {
        AdamW settings = eightBit ? EIGHT_BIT : EXACT;
        TrainingBatch batch = batch(3, 4);
        Path state = dir.resolve("state.safetensors");
        Map<String, float[]> whole;
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, settings, 7)) {
            losses(training, batch, 5, 1e-3);
            whole = training.values();
        }
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, settings, 7)) {
            losses(training, batch, 2, 1e-3);
            training.save(state, Map.of());
        }
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, settings, 8)) {
            training.restore(state, 2);
            losses(training, batch, 3, 1e-3);
            training.values()
                    .forEach((name, values) -> assertThat(values).as(name).containsExactly(whole.get(name)));
        }
    }

    @Test
    void refusesToGoOnFromAnotherRunsState() throws IOException {
        Path state = dir.resolve("state.safetensors");
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EXACT, 7)) {
            training.save(state, Map.of());
        }
        try (AdapterTraining other = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EIGHT_BIT, 7)) {
            assertThatThrownBy(() -> other.restore(state, 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the run to resume was another one");
        }
    }

    @Test
    void momentsInEightBitsTakeAQuarterOfTheMemoryAndLearnAsWell() throws IOException {
        TrainingBatch batch = batch(4, 6);
        try (AdapterTraining exact = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EXACT, 7);
                AdapterTraining small = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EIGHT_BIT, 7)) {
            assertThat(small.momentBytes()).isLessThan((long) (0.26 * exact.momentBytes()));
            List<Double> expected = losses(exact, batch, 20, 2e-3);
            List<Double> found = losses(small, batch, 20, 2e-3);
            double learned = expected.get(0) - expected.get(19);
            for (int step = 0; step < expected.size(); step++) {
                assertThat(found.get(step)).as("step %d", step).isCloseTo(expected.get(step), within(0.05 * learned));
            }
        }
    }

    @Test
    void aBaseInBfloat16TrainsAnAdapterInFloat32() throws IOException {
        TrainingBatch batch = batch(5, 4);
        try (AdapterTraining exact = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EXACT, 7);
                AdapterTraining rounded = AdapterTraining.begin(base, Compute.cpu(DType.BF16), LORA, EXACT, 7)) {
            List<Double> expected = losses(exact, batch, 10, 2e-3);
            List<Double> found = losses(rounded, batch, 10, 2e-3);
            assertThat(found.get(0)).isCloseTo(expected.get(0), within(0.05));
            assertThat(found.get(9)).isCloseTo(expected.get(9), within(0.1 * (expected.get(0) - expected.get(9))));
        }
    }

    @Test
    void visionLinearsLearnWhereTheyAreTargets() throws IOException {
        LoraConfig vision = new LoraConfig(2, 2, false, LoraConfig.VISION_TARGETS, "tiny");
        TrainingBatch batch = batch(6, 2);
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), vision, EXACT, 7)) {
            training.learn(batch, batch.taught(), 0, 0, 1);
            assertThat(training.gradients()).allSatisfy((name, gradient) -> {
                // A learns nothing while B is 0
                boolean moves = name.contains("lora_B");
                assertThat(anyAbove(gradient, 1e-9)).isEqualTo(moves);
            });
        }
    }

    @Test
    void clipsTheGradientByItsNorm() throws IOException {
        AdamW tight = new AdamW(0, 0, 0, 1e-3, false);
        TrainingBatch batch = batch(7, 2);
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, tight, 7)) {
            training.learn(batch, batch.taught(), 0, 0, 1);
            double before = norm(training.gradients());
            assertThat(training.step(1e-3)).isCloseTo(before, within(1e-4 * before));
            assertThat(norm(training.gradients())).isZero();
        }
    }

    @Test
    void anExportedAdapterIsReadBackAsItWas() throws IOException {
        TrainingBatch batch = batch(8, 2);
        Map<String, float[]> values;
        try (AdapterTraining training = AdapterTraining.begin(base, Compute.cpu(DType.F32), LORA, EXACT, 7)) {
            losses(training, batch, 2, 1e-3);
            training.export(dir, Map.of("trained_by", "a test"));
            values = training.values();
        }
        LoraAdapter adapter = LoraAdapter.read(dir, base.config());
        try (AdapterTraining again = AdapterTraining.from(base, Compute.cpu(DType.F32), adapter, EXACT)) {
            again.values().forEach((name, found) -> assertThat(found).as(name).containsExactly(values.get(name)));
        }
    }

    private static List<Double> losses(AdapterTraining training, TrainingBatch batch, int steps, double rate) {
        List<Double> losses = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            losses.add(training.learn(batch, batch.taught(), 0, 0, 1).loss() / batch.taught());
            training.step(rate);
        }
        return losses;
    }

    /** One picture of noise with an answer of so many ids. */
    private static TrainingBatch batch(long seed, int answer) {
        Random random = new Random(seed);
        float[] pixels = new float[3 * SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) (random.nextDouble() * 2 - 1);
        }
        int[] ids = random.ints(answer, 3, 480).toArray();
        TrainingBatch.Example example = new TrainingBatch.Example(prompt, ids);
        return TrainingBatch.of(List.of(example), pixels, SIDE, SIDE, Optional.empty());
    }

    private static TrainingBatch join(TrainingBatch a, TrainingBatch b) {
        float[] pixels = Arrays.copyOf(a.pixels(), a.pixels().length + b.pixels().length);
        System.arraycopy(b.pixels(), 0, pixels, a.pixels().length, b.pixels().length);
        List<TrainingBatch.Example> examples = new ArrayList<>();
        for (TrainingBatch batch : List.of(a, b)) {
            int[] ids = Arrays.stream(batch.ids()).mapToInt(Math::toIntExact).toArray();
            examples.add(
                    new TrainingBatch.Example(prompt, Arrays.copyOfRange(ids, prompt.length(), batch.lengths()[0])));
        }
        return TrainingBatch.of(examples, pixels, SIDE, SIDE, Optional.empty());
    }

    private static boolean anyAbove(float[] values, double least) {
        for (float value : values) {
            if (Math.abs(value) > least) {
                return true;
            }
        }
        return false;
    }

    private static double norm(Map<String, float[]> gradients) {
        double sum = 0;
        for (float[] gradient : gradients.values()) {
            for (float value : gradient) {
                sum += (double) value * value;
            }
        }
        return Math.sqrt(sum);
    }
}
