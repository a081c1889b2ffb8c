package dev.scriptorium.trainer.service.run;

import dev.scriptorium.trainer.service.Labels;
import dev.scriptorium.trainer.service.gate.GateVerdict;
import dev.scriptorium.trainer.service.gate.SetResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class RunFilesTest {
    private static final RunPlan PLAN = new RunPlan(
            "id",
            "letters",
            -7,
            "",
            "base",
            List.of(new RunPlan.Range(1, 2, 5)),
            List.of(Labels.label("a", "letters", 1, 2)),
            List.of(),
            List.of(Labels.label("b", "letters", 1, 3)),
            List.of());
    private static final Outcome OUTCOME = new Outcome(
            "adapter",
            3,
            "",
            new GateVerdict(true, "better", List.of(new SetResult("held-out", 4, 0.5, 0.25, 0, 0, 1, 1))),
            1_234);

    @TempDir
    private Path dir;

    @Test
    void findsARunAgainAsItWas() throws IOException {
        new RunFiles(dir).begin(PLAN);
        new RunFiles(dir).decide(OUTCOME);

        assertThat(new RunFiles(dir).plan()).contains(PLAN);
        assertThat(new RunFiles(dir).outcome()).contains(OUTCOME);
    }

    @Test
    void beginsWithoutWhatAnotherRunLeft() throws IOException {
        RunFiles files = new RunFiles(dir);
        files.begin(PLAN);
        files.decide(OUTCOME);
        Files.createDirectories(files.training());
        files.begin(PLAN);

        assertThat(files.outcome()).isEmpty();
        assertThat(files.training()).doesNotExist();
    }

    @Test
    void putsAsideWhatTellsOfAFinishedRunAndNotItsWeights() throws IOException {
        RunFiles files = new RunFiles(dir);
        files.begin(PLAN);
        files.decide(OUTCOME);
        Files.createDirectories(files.adapter());
        Files.writeString(files.training().resolve("metrics.json"), "{}");
        Files.writeString(files.training().resolve("state-9.safetensors"), "large");
        files.archive(PLAN);

        assertThat(files.plan()).isEmpty();
        assertThat(dir.resolve("runs/id")).isDirectoryContaining("glob:**/metrics.json");
        assertThat(dir.resolve("runs/id")).isDirectoryContaining("glob:**/plan.json");
        assertThat(dir.resolve("runs/id")).isDirectoryContaining("glob:**/outcome.json");
        assertThat(dir.resolve("runs/id")).isDirectoryNotContaining("glob:**/state-*");
        assertThat(dir.resolve("runs/id/plan.json"))
                .content()
                .contains("a/1", "b/1")
                .doesNotContain("text of");
    }
}
