package dev.scriptorium.model.bench;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VisionBenchTest {
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void measuresEachSizeOfView(DType type) throws IOException {
        VisionBench bench = new VisionBench(Compute.cpu(type), List.of(64, 128), false, 2, 7);
        AtomicInteger steps = new AtomicInteger();

        List<Measurement> results =
                bench.run(ModelConfig.read(Golden.tiny("model")).withNeck(16), steps::incrementAndGet);

        assertThat(steps).hasValue(bench.steps());
        assertThat(results).allSatisfy(result -> assertThat(result.samples()).hasSize(2));
        assertThat(results)
                .extracting(Measurement::name)
                .containsExactly(
                        "view of 64 x 64",
                        "view of 64 x 64, processor time",
                        "view of 64 x 64, SAM and compressor, processor time",
                        "view of 64 x 64, CLIP and projector, processor time",
                        "view of 128 x 128",
                        "view of 128 x 128, processor time",
                        "view of 128 x 128, SAM and compressor, processor time",
                        "view of 128 x 128, CLIP and projector, processor time");
    }

    @Test
    void refusesViewsThatAreNoWholeTokens() {
        assertThatThrownBy(() -> new VisionBench(Compute.cpu(DType.F32), List.of(1000), false, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("side: a multiple of 64 pixels expected, 1000 found");
    }

    @Test
    void measuresFromAFolderToTheFirstToken() throws IOException {
        List<Measurement> results = new LoadBench(Golden.tiny("model"), Compute.cpu(DType.BF16), 128, 2).run(() -> {});

        assertThat(results)
                .extracting(Measurement::name)
                .containsExactly(
                        "start of the JVM to the end of the first round",
                        "folder to first token",
                        "folder to first token, processor time",
                        "opening, processor time",
                        "view of 128 x 128, processor time",
                        "prompt to first token, processor time");
        assertThat(results.subList(1, 6))
                .allSatisfy(result -> assertThat(result.samples()).hasSize(2));
    }

    @Test
    void writesAFolderThatOpens(@TempDir Path dir) throws IOException {
        ModelConfig tiny = ModelConfig.read(Golden.tiny("model"));
        Files.copy(Golden.tiny("model/config.json"), dir.resolve("config.json"));
        RandomCheckpoint.write(dir, tiny.withNeck(24), 3);

        List<Measurement> results = new LoadBench(dir, Compute.cpu(DType.F32), 64, 1).run(() -> {});

        assertThat(results).hasSize(6);
    }
}
