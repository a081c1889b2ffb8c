package dev.scriptorium.documents;

import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DocumentsConfigTest {
    private static DocumentsConfig bind(Map<String, String> further) {
        Map<String, String> settings = new HashMap<>(further);
        settings.put("kafka.bootstrap.servers", "broker:9092");
        settings.put("kafka.schema.registry.url", "mock://config");
        return Settings.load(Optional.empty(), Map.of(), settings).bind(DocumentsConfig.class);
    }

    @Test
    void runsExactlyOnceWithoutCaches() {
        assertThat(bind(Map.of("documents.streams.num.standby.replicas", "1")).streamsConfig())
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("statestore.cache.max.bytes", 0)
                .containsEntry("application.id", "ocr-documents")
                .containsEntry("num.standby.replicas", "1");
    }

    @Test
    void refusesDocumentsThatFitIntoNoRecord() {
        assertThat(bind(Map.of("limits.max-page-bytes", "1", "limits.max-inline-bytes", "0"))
                        .documents()
                        .maxPages())
                .isEqualTo(20_000);
        assertThatThrownBy(() -> bind(Map.of("documents.max-pages", "1000000")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("documents.max-pages: at most 436906 expected");
    }
}
