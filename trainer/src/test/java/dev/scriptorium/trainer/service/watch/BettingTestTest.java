package dev.scriptorium.trainer.service.watch;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class BettingTestTest {
    private static final double ALPHA = 0.05;
    private static final int RUNS = 2_000;
    private static final int LOOKS = 300;

    /** Share of runs that reject, with a look after every observation. */
    private static double rejected(double mean, int looks, ToDoubleFunction<SplittableRandom> observation) {
        int rejected = 0;
        for (int run = 0; run < RUNS; run++) {
            SplittableRandom random = new SplittableRandom(run);
            BettingTest test = BettingTest.begin(mean);
            for (int look = 0; look < looks && test.evidence() < 1 / ALPHA; look++) {
                test = test.after(observation.applyAsDouble(random));
            }
            rejected += test.evidence() >= 1 / ALPHA ? 1 : 0;
        }
        return (double) rejected / RUNS;
    }

    /** Two values whose mean is exactly the largest that the hypothesis allows, from rare and large to frequent and small. */
    @ParameterizedTest
    @CsvSource({"-1, 1, 0", "-1, 1, 0.05", "-0.05, 1, 0.05", "-1, 0.1, 0.05", "-0.2, 0.3, 0.05"})
    void rejectsATrueHypothesisNoMoreOftenThanAlphaHoweverOftenItIsAsked(double low, double high, double mean) {
        double chanceOfHigh = (mean - low) / (high - low);
        double share = rejected(mean, LOOKS, random -> random.nextDouble() < chanceOfHigh ? high : low);
        double threeStandardErrors = 3 * Math.sqrt(ALPHA * (1 - ALPHA) / RUNS);
        assertThat(share).isLessThanOrEqualTo(ALPHA + threeStandardErrors);
    }

    /** What comes next may depend on all that came before, as long as its mean does not exceed the hypothesis. */
    @Test
    void holdsItsLevelWhenObservationsDependOnEachOther() {
        double[] last = {0};
        double share = rejected(0, LOOKS, random -> {
            double size = last[0] > 0 ? 1 : 0.1; // after a gain all is at stake
            last[0] = random.nextBoolean() ? size : -size;
            return last[0];
        });
        assertThat(share).isLessThanOrEqualTo(ALPHA + 3 * Math.sqrt(ALPHA * (1 - ALPHA) / RUNS));
    }

    @ParameterizedTest
    @CsvSource({"0.8, 20", "0.5, 60", "0.3, 250"})
    void findsAMeanThatIsLarger(double mean, int looks) {
        double share = rejected(0.05, looks, random -> random.nextDouble() < (mean + 1) / 2 ? 1 : -1);
        assertThat(share).isGreaterThan(0.8);
    }

    @Test
    void isSureAfterFewObservationsThatAllSayTheSame() {
        BettingTest test = BettingTest.begin(0.05);
        int looks = 0;
        while (test.evidence() < 1 / ALPHA) {
            test = test.after(1);
            looks++;
        }
        assertThat(looks).isBetween(5, 10);
    }

    @Test
    void goesOnWhereItWas() {
        BettingTest test = BettingTest.begin(0.05).after(0.5).after(-0.25);
        BettingTest resumed = BettingTest.resume(0.05, test.logCapitals());
        assertThat(resumed.after(1).evidence()).isEqualTo(test.after(1).evidence());
        assertThat(BettingTest.begin(0.05).evidence()).isCloseTo(1, within(1e-12));
    }

    @Test
    void refusesWhatItIsNotMadeFor() {
        assertThatThrownBy(() -> BettingTest.begin(0.05).after(1.5))
                .hasMessage("observation: -1 to 1 expected, 1.5 found");
        assertThatThrownBy(() -> BettingTest.begin(0.05).after(Double.NaN)).hasMessageContaining("NaN found");
        assertThatThrownBy(() -> BettingTest.begin(1)).hasMessageContaining("mean: between -1 and 1 expected");
        assertThatThrownBy(() -> BettingTest.resume(0, new double[3])).hasMessage("capitals: 32 expected, 3 found");
    }
}
