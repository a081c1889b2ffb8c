package dev.scriptorium.model.bench;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GpuBenchTest {
    /** What runs on a GPU, on the processor: grouped experts, blocks of the cache, one tensor in and one out. */
    @Test
    void measuresStagesAndWhatTheyComeTo() throws IOException {
        GpuBench bench = new GpuBench(
                Compute.cpu(DType.F32),
                List.of(Mode.SEED384, Mode.TINY),
                List.of(6, 500),
                List.of(1, 3),
                new GpuBench.Lots(100, 1, 4096),
                2,
                7);
        AtomicInteger steps = new AtomicInteger();

        GpuBench.Outcome outcome =
                bench.run(ModelConfig.read(Golden.tiny("model")).withNeck(24), steps::incrementAndGet);

        assertThat(steps).hasValue(bench.steps());
        assertThat(outcome.busy()).isEmpty();
        List<String> expected = new ArrayList<>(List.of("memory bandwidth, copying"));
        for (int side : List.of(384, 512)) {
            String view = "view of " + side + " x " + side + ", 1 together";
            expected.addAll(List.of(view, view + ", SAM and compressor", view + ", CLIP and projector"));
        }
        expected.addAll(List.of("seed384, 2 prompts of 49 tokens", "tiny, 1 prompts of 79 tokens"));
        for (String mode : List.of("seed384", "tiny")) {
            for (int tokens : bench.tokens()) {
                for (int count : bench.sequences()) {
                    String point = mode + ", " + tokens + " tokens, " + count + " sequences";
                    expected.addAll(List.of(
                            point + ", step",
                            point,
                            point + ", bytes a step needs",
                            point + ", memory bandwidth",
                            point + ", share of the bandwidth",
                            point + ", from its stages",
                            point + ", encoding",
                            point + ", prompt"));
                }
            }
        }
        for (int count : bench.sequences()) {
            for (String part : List.of("attention", "experts", "head and choice")) {
                expected.add("step of " + count + " at 52, " + part);
            }
        }
        assertThat(outcome.results()).extracting(Measurement::name).containsExactlyElementsOf(expected);
        assertThat(outcome.results())
                .allSatisfy(
                        result -> assertThat(result.value()).as(result.name()).isPositive());
        assertThat(value(outcome, "tiny, 500 tokens, 3 sequences, bytes a step needs"))
                .isGreaterThan(value(outcome, "tiny, 500 tokens, 1 sequences, bytes a step needs"))
                .isGreaterThan(value(outcome, "tiny, 6 tokens, 3 sequences, bytes a step needs"));
    }

    @Test
    void readsPagesThroughTheWholeEngine() throws IOException {
        EngineBench bench = new EngineBench(Golden.tiny("model"), Compute.cpu(DType.F32), Mode.SEED384, 3, 5, 2, 7);
        assertThat(bench.run()).extracting(Measurement::unit).containsExactly("pages/s", "tokens/s", "tokens/page");
    }

    @ParameterizedTest
    @EnumSource(names = {"TINY", "SMALL", "BASE", "LARGE", "GUNDAM"})
    void knowsHowLongPromptsAre(Mode mode) {
        PageViews views = new PageTiler().views(RgbImage.filled(1240, 1754, 255, 255, 255), mode);
        assertThat(GpuBench.visionTokens(mode, ModelConfig.published())).isEqualTo(views.visionTokens(16));
    }

    @Test
    void refusesModesWithoutASize() {
        assertThatThrownBy(() -> new GpuBench(
                        Compute.cpu(DType.F32),
                        List.of(Mode.AUTO),
                        List.of(1),
                        List.of(1),
                        new GpuBench.Lots(1, 1, 4),
                        1,
                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("modes: such with a size of their own expected, auto found");
    }

    private static double value(GpuBench.Outcome outcome, String name) {
        return outcome.results().stream()
                .filter(result -> result.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
