package dev.scriptorium.model.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Wall clock and processor time of the same work done several times. */
final class Stopwatch {
    private final String name;
    private final List<Double> wall = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();

    /**
     * @param name of what is measured
     */
    Stopwatch(String name) {
        this.name = name;
    }

    /**
     * Does the work.
     *
     * @param counts whether it is measured
     */
    <T> T take(boolean counts, Supplier<T> work) {
        long cpuStart = Machine.cpuNanos();
        long wallStart = System.nanoTime();
        T result = work.get();
        if (counts) {
            wall.add((System.nanoTime() - wallStart) / 1e9);
            cpu.add((Machine.cpuNanos() - cpuStart) / 1e9);
        }
        return result;
    }

    /** As {@link #take(boolean, Supplier)}, without a result. */
    void run(boolean counts, Runnable work) {
        take(counts, () -> {
            work.run();
            return counts;
        });
    }

    /** Wall clock. */
    Measurement wallSeconds() {
        return Measurement.of(name, "s", wall);
    }

    /** Processor time of the whole process. */
    Measurement cpuSeconds() {
        return Measurement.of(name + ", processor time", "CPU s", cpu);
    }

    /** How often it fits into a second of wall clock, {@code count} times over. */
    Measurement wallRate(int count, String unit) {
        return Measurement.of(name, unit + "/s", rates(count, wall));
    }

    /** How often it fits into a second of processor time, {@code count} times over. */
    Measurement cpuRate(int count, String unit) {
        return Measurement.of(name + ", processor time", unit + "/CPU s", rates(count, cpu));
    }

    private static List<Double> rates(int count, List<Double> seconds) {
        return seconds.stream().map(each -> count / each).toList();
    }
}
