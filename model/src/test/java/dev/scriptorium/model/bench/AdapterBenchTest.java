package dev.scriptorium.model.bench;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdapterBenchTest {

    @Test
    void comparesAdaptersBesideTheWeightsWithAMergedOne() throws IOException {
        ModelConfig config = ModelConfig.read(Golden.tiny("model"));
        AdapterBench bench = new AdapterBench(Compute.cpu(DType.F32), 2, 4, List.of(1, 3), 2, 9, 60, 3, 7);
        AtomicInteger steps = new AtomicInteger();

        List<Measurement> results = bench.run(config, steps::incrementAndGet);

        assertThat(steps).hasValue(bench.steps());
        assertThat(results)
                .extracting(Measurement::name)
                .containsExactly(
                        "batch 4, merged, processor time",
                        "batch 4, 1 adapter, processor time",
                        "batch 4, 3 adapters, processor time",
                        "batch 4, 1 adapter, processor time, of merged",
                        "batch 4, 3 adapters, processor time, of merged");
        assertThat(results).allSatisfy(result -> assertThat(result.value()).isPositive());
    }

    @Test
    void refusesMoreAdaptersThanSequences() {
        assertThatThrownBy(() -> new AdapterBench(Compute.cpu(DType.F32), 2, 4, List.of(5), 2, 9, 3, 3, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("some from 1 to the batch")
                .hasMessageContaining("[5] found");
    }
}
