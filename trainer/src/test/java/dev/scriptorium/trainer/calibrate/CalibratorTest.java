package dev.scriptorium.trainer.calibrate;

import dev.scriptorium.model.confidence.Calibration;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.trainer.draw.LineDrawer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CalibratorTest {
    private static final int LINES = 80;

    private static LineDrawer drawer;

    @BeforeAll
    static void findFonts() {
        try {
            drawer = LineDrawer.standard();
        } catch (IllegalStateException none) {
            Assumptions.abort("no allowed fonts on this machine: " + none.getMessage());
        }
    }

    @Test
    void learnsTheSameFromTheSameLinesAndSaysFromWhich() throws IOException {
        try (OcrEngine engine = open()) {
            AtomicInteger steps = new AtomicInteger();
            Calibrator calibrator = new Calibrator(drawer, 5, LINES);
            Calibration first = calibrator.fit(engine, steps::incrementAndGet);

            assertThat(steps).hasValue(calibrator.total());
            assertThat(first).isEqualTo(new Calibrator(drawer, 5, LINES).fit(engine, () -> {}));
            assertThat(first.origin().modelDigest()).isEqualTo(engine.modelDigest());
            assertThat(first.origin().seed()).isEqualTo(5);
            assertThat(first.origin().lines()).isEqualTo(LINES);
            assertThat(first.origin().exact()).isBetween(0.2, 0.95);
            assertThat(first.origin().wordEce()).isBetween(0.0, 0.2);
        }
    }

    @Test
    void refusesTooFewLines() {
        assertThatThrownBy(() -> new Calibrator(drawer, 1, 3)).hasMessage("calibrate: lines >= 4 expected, 3 found");
    }

    private static OcrEngine open() throws IOException {
        Path nano = BundledModel.folder();
        EngineOptions options =
                EngineOptions.suiting(ModelConfig.read(nano), Optional.empty(), 200, Duration.ofMinutes(10));
        return OcrEngine.open(nano, DType.BF16, options);
    }
}
