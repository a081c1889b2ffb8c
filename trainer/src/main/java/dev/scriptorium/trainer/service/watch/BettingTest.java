package dev.scriptorium.trainer.service.watch;

import java.util.Arrays;

/**
 * Tests, after every observation and for as long as one likes, whether a mean is larger than it should be.
 *
 * <p>Observations lie in [-1, 1]. The hypothesis is that each has a mean of at most m, whatever came before. A gambler
 * with a capital of 1 bets a fixed part b of it on every observation being larger: the capital becomes
 * K = product of (1 + b (x - m)). With 0 ≤ b ≤ 1 / (1 + m) it is never negative, and under the hypothesis a
 * supermartingale; so is the mean over gamblers with different parts, here {@value #GAMBLERS} from small to large, of
 * whom some suit any size of the effect. By Ville's inequality it ever reaches 1 / alpha with a probability of at most
 * alpha, however often one looks and whenever one stops. Nothing is assumed of the distribution but the bounds.
 *
 * <p>Immutable.
 *
 * @see <a href="https://doi.org/10.1093/jrsssb/qkad009">Waudby-Smith and Ramdas 2024: Estimating means of bounded random
 *     variables by betting</a>
 * @see <a href="https://doi.org/10.1214/23-STS894">Ramdas, Grünwald, Vovk and Shafer 2023: Game-theoretic statistics and
 *     safe anytime-valid inference</a>
 */
public final class BettingTest {
    /** Different bets. */
    static final int GAMBLERS = 32;

    private final double mean;
    private final double[] logCapitals;

    private BettingTest(double mean, double[] logCapitals) {
        this.mean = mean;
        this.logCapitals = logCapitals;
    }

    /**
     * Begins without observations.
     *
     * @param mean largest mean under the hypothesis, -1 to 1
     */
    public static BettingTest begin(double mean) {
        return resume(mean, new double[GAMBLERS]);
    }

    /**
     * Goes on from what {@link #logCapitals} said.
     *
     * @throws IllegalArgumentException if that was not said by such a test
     */
    public static BettingTest resume(double mean, double[] logCapitals) {
        if (!(mean > -1 && mean < 1)) {
            throw new IllegalArgumentException("mean: between -1 and 1 expected, " + mean + " found");
        }
        if (logCapitals.length != GAMBLERS) {
            throw new IllegalArgumentException("capitals: " + GAMBLERS + " expected, " + logCapitals.length + " found");
        }
        return new BettingTest(mean, logCapitals.clone());
    }

    /**
     * The test after one more observation.
     *
     * @throws IllegalArgumentException if it is not in [-1, 1]
     */
    public BettingTest after(double observation) {
        if (!(observation >= -1 && observation <= 1)) {
            throw new IllegalArgumentException("observation: -1 to 1 expected, " + observation + " found");
        }
        double[] next = logCapitals.clone();
        for (int i = 0; i < GAMBLERS; i++) {
            next[i] += Math.log1p(bet(i) * (observation - mean));
        }
        return new BettingTest(mean, next);
    }

    /** Evenly spread, none of them all that one has. */
    private double bet(int gambler) {
        return (gambler + 0.5) / GAMBLERS / (1 + mean);
    }

    /** Mean capital: 1 at first; the hypothesis is rejected at a level of alpha once this reaches 1 / alpha. */
    public double evidence() {
        double largest = Arrays.stream(logCapitals).max().orElseThrow();
        double sum = 0;
        for (double log : logCapitals) {
            sum += Math.exp(log - largest);
        }
        return Math.exp(largest) * sum / GAMBLERS;
    }

    /** What {@link #resume} takes. */
    public double[] logCapitals() {
        return logCapitals.clone();
    }
}
