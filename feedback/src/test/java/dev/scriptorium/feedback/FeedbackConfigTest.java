package dev.scriptorium.feedback;

import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FeedbackConfigTest {
    private static FeedbackConfig bind(Map<String, String> further) {
        Map<String, String> settings = new HashMap<>(further);
        settings.put("kafka.bootstrap.servers", "broker:9092");
        settings.put("kafka.schema.registry.url", "mock://config");
        return Settings.load(Optional.empty(), Map.of(), settings).bind(FeedbackConfig.class);
    }

    @Test
    void runsExactlyOnceWithoutCaches() {
        assertThat(bind(Map.of()).streamsConfig())
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("statestore.cache.max.bytes", 0)
                .containsEntry("application.id", "ocr-feedback")
                .doesNotContainKey("state.dir");
    }

    @Test
    void holdsTransactionsOpenWhileAModelIsAsked() {
        assertThat(bind(Map.of("feedback.min-log-probability", "-3")).streamsConfig())
                .containsEntry("producer.transaction.timeout.ms", 300_000);
    }

    @Test
    void passesSettingsOfStreamsOn() {
        assertThat(bind(Map.of("feedback.streams.num.standby.replicas", "1")).streamsConfig())
                .containsEntry("num.standby.replicas", "1");
    }

    @Test
    void listensBeyondLoopbackOnlyWithAToken() {
        assertThatThrownBy(() -> bind(Map.of("feedback.http.host", "0.0.0.0")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(
                        "feedback.http: host=0.0.0.0: loopback expected where there is neither token nor reviewer-tokens");
        assertThat(bind(Map.of("feedback.http.host", "0.0.0.0", "feedback.http.token", "x"))
                        .feedback()
                        .http()
                        .host())
                .isEqualTo("0.0.0.0");
    }

    @Test
    void refusesABlankToken() {
        assertThatThrownBy(() -> bind(Map.of("feedback.http.token", " ")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("feedback.http: token: a secret expected, blank found");
    }

    @Test
    void printsNoToken() {
        FeedbackConfig config = bind(
                Map.of("feedback.http.token", "sesame", "feedback.http.reviewer-tokens", "Zoë:opensesame, Max:tahini"));
        assertThat(Settings.print(config))
                .doesNotContain("sesame")
                .doesNotContain("tahini")
                .contains("***");
    }

    @Test
    void refusesATokenWithoutAName() {
        assertThatThrownBy(() -> bind(Map.of("feedback.http.reviewer-tokens", "sesame")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("name:token expected")
                .hasMessageNotContaining("sesame");
    }
}
