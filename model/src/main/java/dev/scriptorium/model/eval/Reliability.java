package dev.scriptorium.model.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * Compares confidences with how often they were right: ten equal intervals of confidence, in each the mean
 * confidence and the share of right ones. Not thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/1706.04599">Guo et al. 2017</a>, expected calibration error
 */
public final class Reliability {
    /** Intervals of confidence. */
    public static final int BINS = 10;

    private final int[] counts = new int[BINS];
    private final double[] confidences = new double[BINS];
    private final int[] rights = new int[BINS];
    private int total;

    /**
     * One interval.
     *
     * @param from least confidence, inclusive
     * @param to greatest, exclusive but for 1
     * @param n samples in it
     * @param confidence their mean confidence
     * @param right the share of them that was right, 0..1
     */
    public record Bin(double from, double to, int n, double confidence, double right) {}

    /**
     * Adds a sample.
     *
     * @param confidence 0..1
     */
    public void add(double confidence, boolean right) {
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("reliability: confidence 0..1 expected, " + confidence + " found");
        }
        int bin = Math.min(BINS - 1, (int) (confidence * BINS));
        counts[bin]++;
        confidences[bin] += confidence;
        rights[bin] += right ? 1 : 0;
        total++;
    }

    /** Samples so far. */
    public int samples() {
        return total;
    }

    /** Expected calibration error: how far confidence and share differ, the mean over all samples; 0 without any. */
    public double ece() {
        double sum = 0;
        for (int bin = 0; bin < BINS; bin++) {
            sum += Math.abs(confidences[bin] - rights[bin]);
        }
        return total == 0 ? 0 : sum / total;
    }

    /** The intervals that hold samples, in order. */
    public List<Bin> bins() {
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            int n = counts[bin];
            if (n > 0) {
                bins.add(new Bin(
                        (double) bin / BINS,
                        (double) (bin + 1) / BINS,
                        n,
                        confidences[bin] / n,
                        (double) rights[bin] / n));
            }
        }
        return bins;
    }
}
