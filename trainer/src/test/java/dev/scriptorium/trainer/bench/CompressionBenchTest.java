package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.trainer.draw.FontCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class CompressionBenchTest {
    /** The golden checkpoint among the model's test resources, which stand beside this module in the source. */
    private static final Path GOLDEN = Path.of("..", "model", "src", "test", "resources", "deepseek-ocr-tiny", "model");

    private static FontCatalog fonts;

    @TempDir
    private Path dir;

    @BeforeAll
    static void findFonts() {
        try {
            fonts = FontCatalog.system();
        } catch (IllegalStateException none) {
            Assumptions.abort("no allowed fonts on this machine: " + none.getMessage());
        }
    }

    @Test
    void countsPagesInTheTokensOfTheCheckpointAndOfTheMode() throws IOException {
        CompressionBench bench = new CompressionBench(List.of(Mode.TINY, Mode.SMALL), List.of(20, 60), 1, 1);
        AtomicInteger steps = new AtomicInteger();
        List<CompressionPoint> points = run(bench, GOLDEN, steps);

        assertThat(steps).hasValue(4).hasValue(bench.steps());
        assertThat(points)
                .extracting(CompressionPoint::mode)
                .containsExactly(Mode.TINY, Mode.TINY, Mode.SMALL, Mode.SMALL);
        assertThat(points).extracting(CompressionPoint::visionTokens).containsExactly(64.0, 64.0, 100.0, 100.0);
        assertThat(points.get(1).textTokens()).isBetween(40.0, 60.0);
        assertThat(points.get(1).compression()).isEqualTo(points.get(1).textTokens() / 64);
        assertThat(points).allSatisfy(point -> assertThat(point.precision()).isBetween(0.0, 0.5));
    }

    @Test
    void findsThatNanoReadsLooseLinesAndLosesItsWayInCrowdedOnes() throws IOException {
        CompressionBench bench = new CompressionBench(List.of(Mode.LINE), List.of(24, 144), 12, 1);
        List<CompressionPoint> points = run(bench, BundledModel.folder(), new AtomicInteger());

        assertThat(points.get(0).compression()).isEqualTo(1, within(0.1));
        assertThat(points.get(0).precision()).isGreaterThan(0.8);
        assertThat(points.get(1).compression()).isEqualTo(6, within(0.2));
        assertThat(points.get(1).precision()).isLessThan(0.6);
    }

    @Test
    void takesPrecisionFromTheLongerOfTwoTexts() {
        assertThat(CompressionBench.precision("abcd", "abcd")).isEqualTo(1);
        assertThat(CompressionBench.precision("abcd", "")).isZero();
        assertThat(CompressionBench.precision("ab", "abab")).isEqualTo(0.5);
        assertThat(CompressionBench.precision("ab", "xyzuvw")).isZero();
        assertThat(CompressionBench.precision("", "")).isEqualTo(1);
    }

    @Test
    void refusesModesThatTheCheckpointDoesNotRead() throws IOException {
        ModelConfig pages = ModelConfig.read(GOLDEN);
        CompressionBench lines = new CompressionBench(List.of(Mode.LINE), List.of(10), 1, 1);
        assertThatThrownBy(() -> lines.check(pages))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("compression: modes of [TINY, SMALL, BASE, LARGE, GUNDAM] expected, [LINE] found");
        assertThatThrownBy(() -> new CompressionBench(List.of(Mode.AUTO), List.of(10), 1, 1))
                .hasMessageContaining("modes with a size of their own expected, [AUTO] found");
        assertThatThrownBy(() -> new CompressionBench(List.of(Mode.TINY), List.of(0), 1, 1))
                .hasMessageContaining("densities >= 1 expected, [0] found");
    }

    @Test
    void drawsAPicture() throws IOException {
        Path png = dir.resolve("compression.png");
        CompressionChart.write(
                List.of(
                        new CompressionPoint(Mode.TINY, 640, 64, List.of(0.9, 1.0)),
                        new CompressionPoint(Mode.TINY, 9000, 64, List.of(0.0))),
                png);
        assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(900);
    }

    private static List<CompressionPoint> run(CompressionBench bench, Path model, AtomicInteger steps)
            throws IOException {
        EngineOptions options =
                EngineOptions.suiting(ModelConfig.read(model), Optional.empty(), 200, Duration.ofMinutes(10));
        try (OcrEngine engine = OcrEngine.open(model, DType.F32, options);
                Tokenizer tokenizer = Tokenizer.load(model.resolve("tokenizer.json"))) {
            return bench.run(engine, tokenizer, fonts, steps::incrementAndGet);
        }
    }
}
