package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.lora.LoraConfig;
import dev.scriptorium.model.weights.BundledModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class FinetuneSettingsTest {
    @TempDir
    private Path model;

    @Test
    void aCheckpointWithoutDefaultsIsTrainedAsTheExperimentWas() throws IOException {
        FinetuneSettings settings = settings("{}", Map.of());

        assertThat(settings).isEqualTo(FinetuneSettings.seed());
        assertThat(settings.rank()).isEqualTo(16);
        assertThat(settings.stepSize()).isEqualTo(64);
        assertThat(settings.prompt()).isEqualTo("<image>\nFree OCR. ");
        assertThat(settings.targetModules()).isEqualTo(LoraConfig.DECODER_TARGETS);
        // two cards: 128 samples a step, and 1,682 steps over 107,607 words
        assertThat(Finetuner.steps(settings("{}", Map.of("accumulate", 4)), 107_607))
                .isEqualTo(1682);
    }

    @Test
    void aCheckpointsOwnDefaultsGiveWayToTheCallers() throws IOException {
        String config = "{\"finetune\": {\"rank\": 8, \"epochs\": 9, \"target_modules\": [\"fc1\"]}}";
        FinetuneSettings settings = settings(config, Map.of("epochs", 3, "target_modules", List.of("fc2")));

        assertThat(settings.rank()).isEqualTo(8);
        assertThat(settings.epochs()).isEqualTo(3);
        assertThat(settings.targetModules()).containsExactly("fc2");
        assertThat(settings.batch()).isEqualTo(32);
    }

    @Test
    void theBundledModelCarriesTheDefaultsThatPretrainWrites() throws IOException {
        String template;
        try (InputStream in = getClass().getResourceAsStream("/dev/scriptorium/trainer/pretrain/nano-config.json")) {
            template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        FinetuneSettings bundled = FinetuneSettings.of(BundledModel.folder(), Map.of());

        assertThat(bundled).isEqualTo(settings(template, Map.of())).isNotEqualTo(FinetuneSettings.seed());
        assertThat(bundled.targetModules()).containsAll(LoraConfig.VISION_TARGETS);
    }

    @Test
    void namesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> settings("{\"finetune\": {\"learning_rat\": 1}}", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learning_rat");
        assertThatThrownBy(() -> settings("{}", Map.of("epochs", 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("epochs, batch, accumulate >= 1");
    }

    @Test
    void theRateWarmsUpAndFallsInALineToNothing() {
        FinetuneSettings settings = FinetuneSettings.seed();

        assertThat(settings.rate(0, 105)).isZero();
        assertThat(settings.rate(1, 105)).isCloseTo(2e-5, within(1e-12));
        assertThat(settings.rate(5, 105)).isCloseTo(1e-4, within(1e-12));
        assertThat(settings.rate(55, 105)).isCloseTo(5e-5, within(1e-12));
        assertThat(settings.rate(104, 105)).isCloseTo(1e-6, within(1e-12));
    }

    @Test
    void aSmallDataSetIsSeenUntilTheRunIsLongEnough() throws IOException {
        FinetuneSettings settings = settings("{\"finetune\": {\"least_steps\": 50, \"epochs\": 3}}", Map.of());
        assertThat(Finetuner.steps(settings, 64)).isEqualTo(50);
        assertThat(Finetuner.steps(settings, 64 * 20)).isEqualTo(60);
    }

    private FinetuneSettings settings(String config, Map<String, ?> overrides) throws IOException {
        Files.writeString(model.resolve("config.json"), config);
        return FinetuneSettings.of(model, overrides);
    }
}
