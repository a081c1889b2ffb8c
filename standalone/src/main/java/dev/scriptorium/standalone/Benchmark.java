package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.Machine;
import dev.scriptorium.model.bench.Measurement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;

/**
 * A benchmark on the command line: a subclass measures, this class tells. With {@code --json} the object
 * is {@code {"machine":{...},"results":[{"name","value","unit","samples":[...]}]}}, values being medians.
 */
abstract class Benchmark implements Callable<Integer> {

    @Mixin
    private Console console;

    /** How many steps {@link #measure} has. */
    abstract int steps();

    /**
     * Measures.
     *
     * @param step is told after each step
     */
    abstract List<Measurement> measure(Runnable step);

    /** What else the object for machines holds, after {@link #measure}. */
    Map<String, Object> more() {
        return Map.of();
    }

    /** As {@link Console#option}. */
    final <T> T option(String name, Supplier<T> value) {
        return console.option(name, value);
    }

    @Override
    public final Integer call() {
        Machine machine = Machine.current();
        List<Measurement> results;
        try (ProgressBar progress = console.progress("steps", steps())) {
            results = measure(progress::step);
        }
        console.say(String.format(
                Locale.ROOT,
                "%s, %d cores, %.1f GB, %s, Java %s, libtorch %s, commit %s, load %.1f",
                machine.processor(),
                machine.cores(),
                machine.memoryBytes() / 1e9,
                machine.system(),
                machine.java(),
                machine.libtorch(),
                machine.commit(),
                machine.load()));
        results.forEach(result -> console.say(line(result)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("machine", machine);
        json.put("results", results);
        json.putAll(more());
        console.result(json);
        return 0;
    }

    private static String line(Measurement result) {
        String line = String.format(Locale.ROOT, "%-40s %14s %s", result.name(), number(result.value()), result.unit());
        if (result.samples().size() == 1) {
            return line;
        }
        double least = result.samples().stream().min(Double::compare).orElseThrow();
        double most = result.samples().stream().max(Double::compare).orElseThrow();
        return line + "  (median of " + result.samples().size() + ", " + number(least) + " to " + number(most) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%.2f", value);
    }
}
