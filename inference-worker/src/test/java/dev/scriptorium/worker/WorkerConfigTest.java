package dev.scriptorium.worker;

import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WorkerConfigTest {
    @Test
    void boundsTheMemoryForKeysAndValuesWhereItIsTold() {
        assertThat(bind(Map.of()).model().kvMemory()).isEmpty();
        assertThat(bind(Map.of("MODEL_KV_MEMORY_BYTES", "4GiB")).model().kvMemory())
                .isEqualTo(OptionalLong.of(4L << 30));
    }

    @Test
    void refusesMemoryThatIsNone() {
        assertThatThrownBy(() -> bind(Map.of("MODEL_KV_MEMORY_BYTES", "0")))
                .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.problems())
                        .singleElement()
                        .asString()
                        .contains("MODEL_KV_MEMORY_BYTES=0: must be at least 1"));
    }

    @Test
    void computesOnTheDeviceItIsTold() {
        assertThat(bind(Map.of("MODEL_DTYPE", "f32", "MODEL_DEVICE", "cpu"))
                        .model()
                        .compute())
                .isEqualTo(Compute.cpu(DType.F32));
        assertThatThrownBy(() -> bind(Map.of("MODEL_DEVICE", "gpux")).model().compute())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device: one of cpu, gpu, gpu:N, auto expected, 'gpux' found");
    }

    private static WorkerConfig bind(Map<String, String> environment) {
        Map<String, String> given = Map.of(
                "kafka.bootstrap.servers", "localhost:9092",
                "kafka.schema.registry.url", "http://localhost:8081",
                "blobs.uri", "file:/var/lib/scriptorium/blobs",
                "worker.id", "worker-1");
        return Settings.load(Optional.empty(), environment, given).bind(WorkerConfig.class);
    }
}
