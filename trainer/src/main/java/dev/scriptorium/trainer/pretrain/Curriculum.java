package dev.scriptorium.trainer.pretrain;

import java.util.SplittableRandom;

/**
 * What is taught when: short lines until the encoder's own readers see characters, then longer ones,
 * then the mix that real pages have. The learning rate warms up, holds, and falls along a cosine. A run
 * that begins with trained weights has the mix from its first line on, and no guide.
 *
 * @param steps length of the whole run
 * @param peakRate learning rate after the warm-up
 * @param trained whether the run begins with trained weights
 */
record Curriculum(long steps, double peakRate, boolean trained) {
    private static final int WARM_UP = 30;
    private static final double HOLD = 0.28;
    private static final double FLOOR = 0.02;
    private static final double SHORT_UNTIL = 0.04;
    private static final double MIDDLE_UNTIL = 0.09;
    private static final double NOTHING = 0.015;
    private static final double GUIDE = 0.5;
    private static final double GUIDE_FALLS = 0.30;
    private static final double GUIDE_ENDS = 0.60;

    /** Least and greatest number of characters of a line. */
    record Lengths(int min, int max) {}

    private static final Lengths SHORT = new Lengths(1, 14);
    private static final Lengths MIDDLE = new Lengths(8, 44);
    private static final Lengths LONG = new Lengths(30, 100);

    Lengths lengths(long step, SplittableRandom random) {
        double done = trained ? 1 : (double) step / steps;
        if (done < SHORT_UNTIL) {
            return SHORT;
        }
        double draw = random.nextDouble();
        if (done < MIDDLE_UNTIL) {
            return draw < 0.15 ? SHORT : MIDDLE;
        }
        return draw < 0.10 ? SHORT : draw < 0.38 ? MIDDLE : LONG;
    }

    /** The share of pictures on which there is nothing to read, so that the model learns to say nothing. */
    double nothing(long step) {
        return trained || (double) step / steps > MIDDLE_UNTIL ? NOTHING : 0;
    }

    double rate(long step) {
        if (step < WARM_UP) {
            return peakRate * (step + 1) / WARM_UP;
        }
        double done = (double) step / steps;
        if (done < HOLD) {
            return peakRate;
        }
        double cosine = 0.5 + 0.5 * Math.cos(Math.PI * Math.min(1, (done - HOLD) / (1 - HOLD)));
        return peakRate * (FLOOR + (1 - FLOOR) * cosine);
    }

    double guide(long step) {
        double done = trained ? 1 : (double) step / steps;
        return GUIDE * Math.max(0, Math.min(1, (GUIDE_ENDS - done) / (GUIDE_ENDS - GUIDE_FALLS)));
    }
}
