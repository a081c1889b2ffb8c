package dev.scriptorium.trainer.service.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GaugeTest {
    private static final int SIZE = 100;

    private final Gauge gauge = Gauge.begin("letters", "adapter", Map.of(Measure.LOOP_RATE, Tally.of(50, 0.02)));

    private List<Gauge.Alarm> window(Measure measure, double share) {
        List<Gauge.Alarm> alarms = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            alarms.addAll(gauge.count(measure, i < share * SIZE ? 1 : 0, 1, SIZE));
        }
        return alarms;
    }

    @Test
    void comparesWithTheGateFromTheFirstWindowOn() {
        assertThat(window(Measure.LOOP_RATE, 0.04)).isEmpty();
        List<Gauge.Alarm> alarms = window(Measure.LOOP_RATE, 0.3);
        assertThat(alarms).hasSize(1);
        assertThat(alarms.get(0).window().value()).isEqualTo(0.3);
        assertThat(alarms.get(0).baseline().value()).isEqualTo(0.02);
        assertThat(alarms.get(0).limit()).isBetween(0.1, 0.3);
    }

    @Test
    void comparesWithTheFirstWindowWhereTheGateSaysNothing() {
        assertThat(window(Measure.CORRECTION_RATE, 0.3)).isEmpty();
        assertThat(window(Measure.CORRECTION_RATE, 0.35)).isEmpty();
        assertThat(window(Measure.CORRECTION_RATE, 0.7)).hasSize(1);
    }

    @Test
    void alarmsOnceUntilAllIsWellAgain() {
        assertThat(window(Measure.LOOP_RATE, 0.3)).hasSize(1);
        assertThat(window(Measure.LOOP_RATE, 0.3)).isEmpty();
        assertThat(window(Measure.LOOP_RATE, 0.0)).isEmpty();
        assertThat(window(Measure.LOOP_RATE, 0.3)).hasSize(1);
    }

    @Test
    void mindsConfidenceOnlyWhenItFalls() {
        assertThat(window(Measure.CONFIDENCE, 0.8)).isEmpty();
        assertThat(window(Measure.CONFIDENCE, 1)).isEmpty();
        assertThat(window(Measure.CONFIDENCE, 0.5)).hasSize(1);
    }

    @Test
    void mindsLengthsOnEitherSideOfTheTruth() {
        Gauge lengths = Gauge.begin("letters", "adapter", Map.of(Measure.LENGTH_RATIO, Tally.of(20, 0.98)));
        assertThat(lengths.count(Measure.LENGTH_RATIO, 95, 100, 1)).isEmpty();
        assertThat(lengths.count(Measure.LENGTH_RATIO, 105, 100, 1)).isEmpty();
        assertThat(lengths.count(Measure.LENGTH_RATIO, 80, 100, 1)).hasSize(1);
        assertThat(lengths.count(Measure.LENGTH_RATIO, 100, 100, 1)).isEmpty();
        assertThat(lengths.count(Measure.LENGTH_RATIO, 130, 100, 1)).hasSize(1);
    }

    @Test
    void isSilentWhenNothingChanges() {
        int alarms = 0;
        for (int run = 0; run < 1_000; run++) {
            SplittableRandom random = new SplittableRandom(run);
            Gauge steady = Gauge.begin("letters", "adapter", Map.of());
            for (int page = 0; page < 2 * SIZE; page++) {
                alarms += steady.count(Measure.CORRECTION_RATE, random.nextInt(10) < 3 ? 1 : 0, 1, SIZE)
                        .size();
                alarms += steady.count(Measure.CONFIDENCE, random.nextDouble(), 1, SIZE)
                        .size();
            }
        }
        assertThat(alarms).isLessThan(10); // of 2,000 comparisons
    }
}
