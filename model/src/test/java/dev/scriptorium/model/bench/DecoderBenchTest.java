package dev.scriptorium.model.bench;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.FreeMemory;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeType;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DecoderBenchTest {
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void measuresPrefillAndEachBatch(DType type) throws IOException {
        ModelConfig config = ModelConfig.read(Golden.tiny("model"));
        DecoderBench bench = new DecoderBench(
                Compute.cpu(type),
                2,
                9,
                3,
                List.of(1, 4),
                type == DType.BF16 && ComputeType.multipliesBfloat16(),
                3,
                7);
        AtomicInteger steps = new AtomicInteger();

        List<Measurement> results = bench.run(config, steps::incrementAndGet);

        assertThat(steps).hasValue(bench.steps());
        assertThat(results)
                .extracting(Measurement::name)
                .containsExactly(
                        "draw weights",
                        "weights",
                        "prefill of 9 tokens",
                        "prefill of 9 tokens, processor time",
                        "decode, batch 1",
                        "decode, batch 1, processor time",
                        "decode, batch 4",
                        "decode, batch 4, processor time");
        assertThat(results.subList(2, 8)).allSatisfy(result -> {
            assertThat(result.samples()).hasSize(3);
            assertThat(result.value())
                    .isPositive()
                    .isEqualTo(result.samples().stream().sorted().toList().get(1));
        });
    }

    @Test
    void knowsThePublishedSize() throws IOException {
        ModelConfig published = ModelConfig.read(Golden.real("config.json").getParent());
        assertThat(ModelConfig.published()).isEqualTo(published.withNeck(256));
        assertThat(RandomNetwork.bytes(ModelConfig.published(), RandomNetwork.Half.DECODER, DType.BF16, 12))
                .isEqualTo(5_869_468_160L);
    }

    @Test
    void saysHowMuchMemoryItWouldNeed() {
        DecoderBench bench = new DecoderBench(Compute.cpu(DType.BF16), 12, 278, 32, List.of(1), false, 1, 1);
        bench.requireMemory(ModelConfig.published(), 8_000_000_000L);
        assertThatThrownBy(() -> bench.requireMemory(ModelConfig.published(), 4_000_000_000L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("decoder bench: 7.5 GB of free memory expected for 12 layers in BF16, 4.0 GB found"
                        + " (fewer layers need less)");
    }

    @Test
    void takesTheMedian() {
        assertThat(Measurement.of("odd", "s", List.of(3.0, 1.0, 2.0)).value()).isEqualTo(2);
        assertThat(Measurement.of("even", "s", List.of(4.0, 1.0, 2.0, 3.0)).value())
                .isEqualTo(2.5);
        assertThatThrownBy(() -> Measurement.of("none", "s", List.of()))
                .hasMessage("none: at least one sample expected, none found");
    }

    @Test
    void knowsTheMachine() {
        Machine machine = Machine.current();
        assertThat(machine.cores()).isPositive();
        assertThat(machine.processor()).isNotBlank();
        assertThat(FreeMemory.bytes()).isBetween(1L, machine.memoryBytes());
    }
}
