package dev.scriptorium.trainer.service.watch;

/**
 * What is watched of the pages of a domain. A window of pages is compared with a baseline: it has drifted when it
 * is worse by more than a fixed amount and by more than three standard errors of the difference.
 */
public enum Measure {
    /** Share of pages on which the model repeated itself. */
    LOOP_RATE("loopRate", 0.02) {
        @Override
        double limit(Tally baseline, Tally window) {
            return baseline.value() + Math.max(least, SURE * rateError(baseline, window));
        }
    },
    /** The model's own, in the mean. */
    CONFIDENCE("confidence", 0.05) {
        @Override
        double limit(Tally baseline, Tally window) {
            double error = Math.sqrt(baseline.variance() / baseline.pages() + window.variance() / window.pages());
            return baseline.value() - Math.max(least, SURE * error);
        }

        @Override
        boolean isBeyond(Tally window, double limit) {
            return window.value() < limit;
        }
    },
    /** Characters read over true ones, of corrected pages; that it is away from 1 is what counts. */
    LENGTH_RATIO("lengthRatio", 0.1) {
        @Override
        double limit(Tally baseline, Tally window) {
            double distance = Math.abs(baseline.value() - 1) + least;
            return window.value() < 1 ? 1 - distance : 1 + distance;
        }

        @Override
        boolean isBeyond(Tally window, double limit) {
            return Math.abs(window.value() - 1) > Math.abs(limit - 1);
        }
    },
    /** Share of reviewed pages whose text had to be changed. */
    CORRECTION_RATE("correctionRate", 0.1) {
        @Override
        double limit(Tally baseline, Tally window) {
            return baseline.value() + Math.max(least, SURE * rateError(baseline, window));
        }
    };

    private static final double SURE = 3;

    /** What it is called in events. */
    final String label;
    /** The smallest change that is worth a word. */
    final double least;

    Measure(String label, double least) {
        this.label = label;
        this.least = least;
    }

    /** The value from which on a window has drifted. */
    abstract double limit(Tally baseline, Tally window);

    /** Whether a window lies beyond its limit. */
    boolean isBeyond(Tally window, double limit) {
        return window.value() > limit;
    }

    /** Of the difference of two shares, were they the same. */
    private static double rateError(Tally baseline, Tally window) {
        double share = (baseline.sum() + window.sum()) / (baseline.weight() + window.weight());
        return Math.sqrt(share * (1 - share) * (1 / baseline.weight() + 1 / window.weight()));
    }
}
