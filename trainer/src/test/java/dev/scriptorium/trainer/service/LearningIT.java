package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.trainer.service.labels.Side;
import dev.scriptorium.trainer.service.learn.FinetuneLearner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** On a real broker with the bundled model: good labels make it better, and bad ones are found out. */
class LearningIT {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int LEARNED = 60;
    private static final int HELD_OUT = 20;

    private static Broker broker;

    @TempDir
    private Path dir;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = new Broker();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void publishesWhatIsLearnedFromGoodLabels() throws Exception {
        AdapterManifest manifest = learn("good.", 0);

        assertThat(manifest.getState()).as(manifest.getReason()).isEqualTo(AdapterState.ACTIVE);
        assertThat(manifest.getActive()).isEqualTo(manifest.getAdapterId());
        assertThat(manifest.getFiles())
                .extracting(file -> file.getName())
                .containsExactly("adapter_config.json", "adapter_model.safetensors");
        GateResult heldOut = manifest.getGate().get(0);
        assertThat(heldOut.getPages()).isEqualTo(HELD_OUT);
        assertThat(heldOut.getCerAfter()).isLessThan(0.5 * heldOut.getCerBefore());
    }

    @Test
    void refusesWhatIsLearnedWhenThirtyPercentOfTheLabelsArePoisoned() throws Exception {
        AdapterManifest manifest = learn("poisoned.", 3);

        assertThat(manifest.getState()).as(manifest.getReason()).isEqualTo(AdapterState.REJECTED);
        assertThat(manifest.getActive()).isEmpty();
        assertThat(manifest.getReason()).contains("expected", "held-out CER");
        assertThat(manifest.getGate()).hasSize(2);
        assertThat(manifest.getTrainedOn()).isNotEmpty();
    }

    /** @param poisoned of ten labels, so many are nonsense */
    private AdapterManifest learn(String prefix, int poisoned) throws Exception {
        TrainerConfig config = Stage.config(broker.clients(), prefix, dir, LEARNED);
        try (Stage stage = new Stage(broker, prefix)) {
            List<String> documents = new ArrayList<>(Labels.documents(Side.HELD_OUT, HELD_OUT));
            documents.addAll(Labels.documents(Side.TRAIN, LEARNED));
            for (int i = 0; i < documents.size(); i++) {
                String text = SignLines.text(i);
                stage.label(documents.get(i), SignLines.png(text), i % 10 < poisoned ? SignLines.nonsense(i) : text);
            }
            try (RunningTrainer trainer =
                    new RunningTrainer(config, FinetuneLearner.open(config.model(), config.trainer()))) {
                AdapterManifest manifest = stage.manifests(1, PATIENCE).get(0);
                trainer.check();
                return manifest;
            }
        }
    }
}
