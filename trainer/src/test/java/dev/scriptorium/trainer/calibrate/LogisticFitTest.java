package dev.scriptorium.trainer.calibrate;

import dev.scriptorium.model.confidence.Calibration.Curve;
import dev.scriptorium.model.confidence.Surprise;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class LogisticFitTest {
    @Test
    void findsTheCurveThatSamplesWereDrawnFrom() {
        Curve truth = new Curve(-1, -1.8, 0.6, 0.4);
        SplittableRandom random = new SplittableRandom(1);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            double worst = Math.exp(random.nextDouble(-5, 2));
            Surprise surprise = new Surprise(random.nextInt(1, 80), worst * random.nextDouble(1, 4), worst);
            samples.add(new Sample(surprise, random.nextDouble() < truth.at(surprise)));
        }
        Curve fitted = LogisticFit.of(samples);

        assertThat(samples).allSatisfy(sample -> assertThat(fitted.at(sample.surprise()))
                .isEqualTo(truth.at(sample.surprise()), within(0.03)));
    }

    @Test
    void staysFiniteWhereDoubtPartsRightFromWrong() {
        List<Sample> samples = List.of(
                new Sample(new Surprise(5, 0.1, 0.1), true),
                new Sample(new Surprise(5, 0.2, 0.1), true),
                new Sample(new Surprise(5, 3, 2), false));
        Curve fitted = LogisticFit.of(samples);

        assertThat(fitted.at(samples.get(0).surprise())).isGreaterThan(0.8);
        assertThat(fitted.at(samples.get(2).surprise())).isLessThan(0.2);
    }

    @Test
    void refusesSamplesThatAreAllRight() {
        List<Sample> samples = List.of(new Sample(Surprise.NONE, true), new Sample(Surprise.NONE, true));
        assertThatThrownBy(() -> LogisticFit.of(samples))
                .hasMessage("calibration: right and wrong readings expected, 2 right ones of 2 found");
    }
}
