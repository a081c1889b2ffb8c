package dev.scriptorium.model.confidence;

import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CalibrationTest {
    private static final Calibration SAMPLE = new Calibration(
            new Calibration.Curve(-1, -2, 0.5, 0.25),
            new Calibration.Curve(0, -1, 0, 0),
            new Calibration.Origin("ab12", 7, 400, 0.75, 0.02, 0.01));

    @TempDir
    private Path dir;

    @Test
    void readsWhatItWrote() throws IOException {
        assertThat(Calibration.read(dir)).isEmpty();
        SAMPLE.write(dir);
        assertThat(Calibration.read(dir)).contains(SAMPLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"line\":{}}", "{\"line\":{\"bias\":\"NaN\"},\"word\":{}}"})
    void refusesAFileThatIsNoCalibration(String json) throws IOException {
        Files.writeString(dir.resolve(Calibration.FILE), json);
        assertThatThrownBy(() -> Calibration.read(dir))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(dir.resolve(Calibration.FILE) + ": line, word and origin expected");
    }

    @Test
    void isLessSureOfWhatTheModelDoubtsMore() {
        double before = 1;
        for (double nats = 0; nats < 20; nats = 2 * nats + 0.001) {
            double sure = SAMPLE.line().at(new Surprise(10, nats, nats / 2));
            assertThat(sure).isBetween(0.0, before);
            before = sure;
        }
        assertThat(before).isLessThan(0.01);
    }

    @Test
    void theBundledModelHasACalibrationOfItsOwnWeights() throws IOException {
        Path nano = BundledModel.folder();
        try (Checkpoint checkpoint = Checkpoint.open(nano)) {
            assertThat(Calibration.read(nano).orElseThrow().origin().modelDigest())
                    .as("run ./scriptorium calibrate --model on new weights")
                    .isEqualTo(checkpoint.digest());
        }
    }
}
