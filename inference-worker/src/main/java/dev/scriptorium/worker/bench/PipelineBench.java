package dev.scriptorium.worker.bench;

import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.worker.WorkerConfig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * What the way of a page through Kafka costs: page in, worker, recognition out as a reader of committed records sees
 * it, with a recognizer of fixed cost in place of the model. Settings are those of a worker that nobody has tuned.
 *
 * <p>Rates count from the first page sent to the last recognition seen.
 */
public final class PipelineBench {
    /** Latencies of the first pages count the classes that are loaded, not the pipe. */
    private static final double WARM_UP = 0.1;

    private static final long SEED = 1;

    /**
     * What is measured.
     *
     * @param cost of one page in the recognizer
     * @param pages of one trial and worker
     * @param pageBytes of one page's image
     * @param load share of the recognizer's throughput at which latency is measured, 0..1
     * @param workers trials with more than one worker on the broker
     * @param rounds trials whose median counts
     */
    public record Plan(Duration cost, int pages, int pageBytes, double load, List<Integer> workers, int rounds) {
        public Plan {
            workers = List.copyOf(workers);
            if (cost.isNegative() || cost.isZero() || pages < 100 || pageBytes < 1 || rounds < 1) {
                throw new IllegalArgumentException(
                        "cost, pages, bytes, rounds: more than 0 ms, 100, 1, 1 or more expected, " + cost.toMillis()
                                + " ms, " + pages + ", " + pageBytes + ", " + rounds + " found");
            }
            if (load <= 0 || load >= 1) {
                throw new IllegalArgumentException("load: between 0 and 1 expected, " + load + " found");
            }
        }
    }

    private final Plan plan;
    private final Function<Map<String, String>, WorkerConfig> config;
    private int trials;

    /** @param config a worker's configuration with these settings over its defaults */
    public PipelineBench(Plan plan, Function<Map<String, String>, WorkerConfig> config) {
        this.plan = plan;
        this.config = config;
    }

    /** How many steps {@link #run} has. */
    public int steps() {
        return 3 * plan.rounds() + 1 + plan.workers().size();
    }

    /**
     * Measures.
     *
     * @param step is told after each step
     * @throws IllegalStateException if a page does not come out
     */
    public List<Measurement> run(Runnable step) throws InterruptedException {
        List<Double> alone = new ArrayList<>();
        List<Double> piped = new ArrayList<>();
        List<Double> share = new ArrayList<>();
        List<Double> free = new ArrayList<>();
        for (int round = 0; round < plan.rounds(); round++) {
            alone.add(engineAlone());
            step.run();
            piped.add(throughput(1, plan.cost()).rate());
            share.add(100 * piped.get(round) / alone.get(round));
            step.run();
            free.add(60 * throughput(1, Duration.ZERO).rate());
            step.run();
        }
        List<Measurement> results = new ArrayList<>(List.of(
                Measurement.of("recognizer alone", "pages/s", alone),
                Measurement.of("one worker", "pages/s", piped),
                Measurement.of("one worker, of the recognizer alone", "%", share),
                Measurement.of("one worker, recognition free", "pages/min", free)));
        results.addAll(latency());
        step.run();
        for (int count : plan.workers()) {
            Throughput many = throughput(count, plan.cost());
            results.add(one(count + " workers", "pages/s", many.rate()));
            results.add(one(count + " workers, of the recognizers alone", "%", 100 * many.rate() * seconds() / count));
            results.add(one(count + " workers, pages of the busiest over the mean", "", many.unevenness()));
            step.run();
        }
        return results;
    }

    private double seconds() {
        return plan.cost().toNanos() / 1e9;
    }

    private static Measurement one(String name, String unit, double value) {
        return Measurement.of(name, unit, List.of(value));
    }

    /** Pages a second when nothing is around the recognizer. */
    private double engineAlone() {
        ByteBuffer image = ByteBuffer.allocate(plan.pageBytes());
        try (FixedCostEngine engine = new FixedCostEngine(plan.cost())) {
            long start = System.nanoTime();
            for (int page = 0; page < plan.pages(); page++) {
                engine.add(page, new PageRequest("bench/" + page, image, Prompt.FREE_OCR, Mode.TINY, ""));
            }
            while (engine.inFlight() > 0) {
                engine.step();
            }
            return plan.pages() * 1e9 / (System.nanoTime() - start);
        }
    }

    /**
     * How many pages came out.
     *
     * @param rate pages a second
     * @param unevenness pages of the worker that had most, over the mean
     */
    private record Throughput(double rate, double unevenness) {}

    private Throughput throughput(int workers, Duration cost) throws InterruptedException {
        int pages = plan.pages() * workers;
        try (PipelineTrial trial = trial()) {
            trial.start(workers, cost);
            long start = System.nanoTime();
            for (int page = 0; page < pages; page++) {
                trial.send(page);
            }
            trial.awaitAll();
            double rate = pages * 1e9 / (Arrays.stream(trial.seen()).max().orElseThrow() - start);
            List<Integer> byWorker = trial.pagesByWorker();
            int most = byWorker.stream().max(Integer::compare).orElseThrow();
            return new Throughput(rate, (double) most * workers / pages);
        }
    }

    /**
     * Pages come one by one, at random moments, on average at the planned share of what the recognizer can do. A page's
     * added latency is the time from being sent to being seen, less the time it would have taken had it been put
     * before the recognizer at the moment it was sent, behind all earlier ones.
     */
    private List<Measurement> latency() throws InterruptedException {
        int pages = plan.pages();
        Random random = new Random(SEED);
        long[] sent = new long[pages];
        long[] alone = new long[pages];
        try (PipelineTrial trial = trial()) {
            trial.start(1, plan.cost());
            double due = System.nanoTime();
            for (int page = 0; page < pages; page++) {
                due -= Math.log(1 - random.nextDouble()) * plan.cost().toNanos() / plan.load();
                for (long left = (long) due - System.nanoTime(); left > 0; left = (long) due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                sent[page] = System.nanoTime();
                alone[page] = plan.cost().toNanos() + (page == 0 ? sent[0] : Math.max(sent[page], alone[page - 1]));
                trial.send(page);
            }
            trial.awaitAll();
            long[] seen = trial.seen();
            List<Double> added = LongStream.range((long) (WARM_UP * pages), pages)
                    .mapToObj(page -> (seen[(int) page] - alone[(int) page]) / 1e6)
                    .sorted()
                    .toList();
            String name = "added latency at " + Math.round(100 * plan.load()) + " % load, ";
            return List.of(
                    one(name + "median", "ms", percentile(added, 0.5)),
                    one(name + "99 of 100 below", "ms", percentile(added, 0.99)),
                    one(name + "longest", "ms", percentile(added, 1)));
        }
    }

    private static double percentile(List<Double> sorted, double share) {
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    private PipelineTrial trial() {
        String prefix = "bench-" + ++trials + ".";
        return new PipelineTrial(
                plan.pageBytes(),
                worker -> config.apply(Map.of(
                        "topics.prefix", prefix, "worker.group", prefix + "workers", "worker.id", prefix + worker)));
    }
}
