package dev.scriptorium.model.bench;

import java.util.List;

/**
 * One measured quantity.
 *
 * @param name what was measured
 * @param value median of the samples
 * @param unit of value and samples
 * @param samples in the order they were taken
 */
public record Measurement(String name, double value, String unit, List<Double> samples) {
    public Measurement {
        samples = List.copyOf(samples);
    }

    /**
     * Takes the median of samples.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Measurement of(String name, String unit, List<Double> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException(name + ": at least one sample expected, none found");
        }
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Measurement(name, median, unit, samples);
    }
}
