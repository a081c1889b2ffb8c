package dev.scriptorium.ingest;

import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HttpSettingsTest {
    private static IngestConfig bind(Map<String, String> further) {
        Map<String, String> settings = new HashMap<>(further);
        settings.put("kafka.bootstrap.servers", "broker:9092");
        settings.put("kafka.schema.registry.url", "mock://settings");
        return Settings.load(Optional.empty(), Map.of(), settings).bind(IngestConfig.class);
    }

    @Test
    void whatIsNotSaidIsAsTheDefaultsSay() {
        assertThat(bind(Map.of()).ingest()).isEqualTo(IngestConfig.Ingest.DEFAULT);
    }

    @Test
    void listensBeyondLoopbackOnlyWithAToken() {
        assertThatThrownBy(() -> bind(Map.of("ingest.http.host", "0.0.0.0")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("ingest.http: host=0.0.0.0: loopback expected where there is no token");
        assertThat(bind(Map.of("ingest.http.host", "0.0.0.0", "ingest.http.token", "x"))
                        .ingest()
                        .http()
                        .host())
                .isEqualTo("0.0.0.0");
    }

    @Test
    void refusesABlankTokenAndPrintsNone() {
        assertThatThrownBy(() -> bind(Map.of("ingest.http.token", " ")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("ingest.http: token: a secret expected, blank found");
        assertThat(Settings.print(bind(Map.of("ingest.http.token", "sesame"))))
                .doesNotContain("sesame")
                .contains("***");
    }
}
