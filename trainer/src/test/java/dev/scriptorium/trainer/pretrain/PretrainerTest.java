package dev.scriptorium.trainer.pretrain;

import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.trainer.draw.LineDrawer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class PretrainerTest {
    private static final int STEPS = 12;

    private static LineDrawer drawer;

    @TempDir
    private Path dir;

    @BeforeAll
    static void findFonts() {
        try {
            drawer = LineDrawer.standard();
        } catch (IllegalStateException none) {
            Assumptions.abort("no allowed fonts on this machine: " + none.getMessage());
        }
    }

    @Test
    void goesOnAfterAStopAsIfItHadNotStopped() throws IOException {
        List<StepMetrics> whole = new ArrayList<>();
        new Pretrainer(config(dir.resolve("whole"), STEPS), drawer, whole::add).run(() -> false);
        List<StepMetrics> parts = new ArrayList<>();
        new Pretrainer(config(dir.resolve("parts"), 5), drawer, parts::add).run(() -> false);
        // rows of a step that was never saved, as a killed run leaves them
        Files.writeString(
                dir.resolve("parts").resolve("metrics.tsv"),
                "9\t72\t1\t1\t1\t1\t1\t1\t1\t1\t1\n",
                java.nio.file.StandardOpenOption.APPEND);
        long reached = new Pretrainer(config(dir.resolve("parts"), STEPS), drawer, parts::add).run(() -> false);

        assertThat(reached).isEqualTo(STEPS);
        assertThat(parts)
                .extracting(StepMetrics::step)
                .containsExactlyElementsOf(whole.stream().map(StepMetrics::step).toList());
        assertThat(parts.get(STEPS - 1).loss()).isEqualTo(whole.get(STEPS - 1).loss());
        assertThat(dir.resolve("parts").resolve("model.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("whole").resolve("model.safetensors"));
        assertThat(Files.readAllLines(dir.resolve("parts").resolve("metrics.tsv")))
                .hasSize(STEPS + 1);
        assertThat(dir.resolve("parts").resolve("learning-curve.png")).exists();
    }

    @Test
    void learnsAndWritesACheckpointThatOpens() throws IOException {
        List<StepMetrics> metrics = new ArrayList<>();
        new Pretrainer(config(dir.resolve("run"), STEPS), drawer, metrics::add).run(() -> false);

        assertThat(metrics.get(STEPS - 1).crossEntropy())
                .isLessThan(metrics.get(0).crossEntropy() - 0.3);
        try (Checkpoint checkpoint = Checkpoint.open(dir.resolve("run"))) {
            assertThat(checkpoint.config().canvasHeight()).hasValue(32);
            assertThat(checkpoint.names()).contains("ctc_tokens.weight", "ctc_columns.bias");
        }
    }

    @Test
    void beginsWhereAnotherRunEnded() throws IOException {
        new Pretrainer(config(dir.resolve("first"), STEPS), drawer, metrics -> {}).run(() -> false);
        List<StepMetrics> metrics = new ArrayList<>();
        PretrainConfig second = new PretrainConfig(
                dir.resolve("second"), Optional.of(dir.resolve("first")), STEPS, 1, 8, 1e-9, 1, 100, 100, 4, 1, "cpu");
        new Pretrainer(second, drawer, metrics::add).run(() -> false);

        try (Checkpoint ended = Checkpoint.open(dir.resolve("first"));
                Checkpoint begun = Checkpoint.open(dir.resolve("second"))) {
            // a step at a rate of almost nothing leaves the weights as bfloat16 shows them, but for those near 0
            for (String name : List.of("model.norm.weight", "ctc_tokens.weight")) {
                assertThat(begun.floats(name)).containsExactly(ended.floats(name), within(1e-8f));
            }
        }
        assertThat(metrics).singleElement().satisfies(first -> assertThat(first.guide())
                .isZero());
    }

    @Test
    void refusesToGoOnWithAnotherSeed() throws IOException {
        new Pretrainer(config(dir.resolve("run"), 1), drawer, metrics -> {}).run(() -> false);
        PretrainConfig other = new PretrainConfig(
                dir.resolve("run"), Optional.empty(), STEPS, STEPS, 8, 2e-3, 2, 100, 100, 4, 1, "cpu");

        assertThatThrownBy(() -> new Pretrainer(other, drawer, metrics -> {}).run(() -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("seed 1 expected, 2 found");
    }

    private static PretrainConfig config(Path out, long stopAt) {
        return new PretrainConfig(out, Optional.empty(), STEPS, stopAt, 8, 2e-3, 1, 100, 100, 4, 1, "cpu");
    }
}
