package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TrainingBenchTest {
    private static final Path TINY = Path.of("..", "model", "src", "test", "resources", "deepseek-ocr-tiny", "model");

    @Test
    void measuresStepsOfATrainingAndItsMemory() throws Exception {
        TrainingBench bench = new TrainingBench(TINY, Compute.cpu(DType.F32), 128, 2, 2, 4, true, 2);
        AtomicInteger steps = new AtomicInteger();

        List<Measurement> results = bench.run(steps::incrementAndGet);

        assertThat(steps).hasValue(bench.steps());
        assertThat(results)
                .extracting(Measurement::unit)
                .containsExactly("samples/s", "samples/CPU s", "numbers", "bytes", "bytes");
        assertThat(results).extracting(result -> result.samples().size()).containsExactly(2, 2, 1, 1, 1);
        assertThat(results).allSatisfy(result -> assertThat(result.value()).isPositive());
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        assertThatThrownBy(() -> new TrainingBench(TINY, Compute.cpu(DType.F32), 128, 0, 2, 4, true, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1 each expected, 128, 0, 2, 4, 2 found");
    }
}
