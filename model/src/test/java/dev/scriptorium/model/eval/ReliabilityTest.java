package dev.scriptorium.model.eval;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class ReliabilityTest {
    private final Reliability reliability = new Reliability();

    @Test
    void weighsTheGapOfEachIntervalByItsSamples() {
        reliability.add(0.9, true);
        reliability.add(1, true);
        reliability.add(0.92, false);
        reliability.add(0.2, false);

        // (3 of 4) x |2.82 / 3 - 2 / 3| + (1 of 4) x |0.2 - 0|
        assertThat(reliability.ece()).isEqualTo((2.82 - 2 + 0.2) / 4, within(1e-12));
        assertThat(reliability.bins()).hasSize(2);
        assertThat(reliability.bins().get(1).n()).isEqualTo(3);
        assertThat(reliability.bins().get(1).right()).isEqualTo(2 / 3.0);
        assertThat(reliability.bins().get(1).to()).isEqualTo(1);
    }

    @Test
    void findsNoErrorWhereConfidenceIsTheShareOfRightOnes() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 50_000; i++) {
            double p = random.nextDouble();
            reliability.add(p, random.nextDouble() < p);
        }
        assertThat(reliability.ece()).isLessThan(0.01);
        assertThat(reliability.samples()).isEqualTo(50_000);
    }

    @Test
    void hasNothingToSayWithoutSamples() {
        assertThat(reliability.ece()).isZero();
        assertThat(reliability.bins()).isEmpty();
    }

    @Test
    void refusesWhatIsNoProbability() {
        assertThatThrownBy(() -> reliability.add(Double.NaN, true)).hasMessageContaining("0..1 expected, NaN found");
        assertThatThrownBy(() -> reliability.add(1.1, true)).hasMessageContaining("0..1 expected, 1.1 found");
    }
}
