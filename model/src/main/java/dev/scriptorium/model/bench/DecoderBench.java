package dev.scriptorium.model.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The language model alone, at the published size with random weights: how fast a prompt goes in and
 * how fast tokens come out. What is fed is drawn at random too: fed with its own answers such a network
 * would soon visit the same few experts again and again, and look faster than it is.
 *
 * @param compute what weights are kept and products computed in, and where
 * @param layers how many of the decoder's layers, the first one dense
 * @param promptTokens tokens of a prompt; a page in Base mode is 273 and its question
 * @param newTokens tokens decoded in a round
 * @param batches sequences decoded together; each is measured
 * @param packed whether to compute with {@link dev.scriptorium.model.weights.PackedWeights}, which takes their memory twice
 * @param rounds measured after one that is not
 * @param seed of weights and tokens
 */
public record DecoderBench(
        Compute compute,
        int layers,
        int promptTokens,
        int newTokens,
        List<Integer> batches,
        boolean packed,
        int rounds,
        long seed) {
    /** Activations, the runtime and this JVM beside weights and cache. */
    private static final long HEADROOM_BYTES = 3L << 29;

    public DecoderBench {
        batches = List.copyOf(batches);
        requirePositive("layers", layers);
        requirePositive("prompt", promptTokens);
        requirePositive("tokens", newTokens);
        requirePositive("rounds", rounds);
        batches.forEach(batch -> requirePositive("batch", batch));
    }

    /**
     * Measures.
     *
     * @param step is told after each of {@link #steps()} steps
     * @throws IllegalStateException if this machine has not the memory; the message says how much is needed
     */
    public List<Measurement> run(Runnable step) {
        return run(ModelConfig.published(), step);
    }

    /** Measures a decoder of another size. */
    List<Measurement> run(ModelConfig config, Runnable step) {
        requireMemory(config, compute.freeMemory());
        long start = System.nanoTime();
        try (RandomNetwork decoder =
                new RandomNetwork(config, RandomNetwork.Half.DECODER, compute, layers, packed, seed)) {
            List<Measurement> results = new ArrayList<>();
            results.add(Measurement.of("draw weights", "s", List.of((System.nanoTime() - start) / 1e9)));
            results.add(Measurement.of("weights", "bytes", List.of((double) weightBytes(config))));
            step.run();
            Run run = new Run(decoder.module(), config.decoder(), new SplittableRandom(seed));
            results.addAll(run.prefill(step));
            batches.forEach(batch -> results.addAll(run.decode(batch, step)));
            return results;
        }
    }

    /** How many steps {@link #run} has. */
    public int steps() {
        return 1 + (1 + rounds) * (1 + batches.size());
    }

    void requireMemory(ModelConfig config, long available) {
        long cache = 2L
                * layers
                * batches.stream().mapToInt(Integer::intValue).max().orElse(1)
                * (promptTokens + newTokens)
                * config.decoder().width()
                * compute.type().bytes();
        long needed = (packed ? 2 : 1) * weightBytes(config) + cache + HEADROOM_BYTES;
        if (available < needed) {
            throw new IllegalStateException(String.format(
                    "decoder bench: %.1f GB of free memory expected for %d layers in %s, %.1f GB found"
                            + " (fewer layers need less)",
                    needed / 1e9, layers, compute.type(), available / 1e9));
        }
    }

    private long weightBytes(ModelConfig config) {
        return RandomNetwork.bytes(config, RandomNetwork.Half.DECODER, compute.type(), layers);
    }

    private static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + ": at least 1 expected, " + value + " found");
        }
    }

    /** One decoder under measurement. */
    private final class Run {
        private final ScriptModule module;
        private final ModelConfig.Decoder dimensions;
        private final SplittableRandom random;

        Run(ScriptModule module, ModelConfig.Decoder dimensions, SplittableRandom random) {
            this.module = module;
            this.dimensions = dimensions;
            this.random = random;
        }

        List<Measurement> prefill(Runnable step) {
            makeCache(1);
            Stopwatch measured = new Stopwatch("prefill of " + promptTokens + " tokens");
            for (int round = -1; round < rounds; round++) {
                measured.run(round >= 0, () -> prefill(0));
                step.run();
            }
            return results(measured, promptTokens);
        }

        List<Measurement> decode(int batch, Runnable step) {
            makeCache(batch);
            for (int slot = 0; slot < batch; slot++) {
                prefill(slot);
            }
            Stopwatch measured = new Stopwatch("decode, batch " + batch);
            for (int round = -1; round < rounds; round++) {
                measured.run(round >= 0, () -> decodeRound(batch));
                step.run();
            }
            return results(measured, batch * newTokens);
        }

        private List<Measurement> results(Stopwatch measured, int tokens) {
            return List.of(measured.wallRate(tokens, "tokens"), measured.cpuRate(tokens, "tokens"));
        }

        private void makeCache(int slots) {
            module.put("cache_k", List.of());
            module.put("cache_v", List.of());
            module.train("make_cache", slots, promptTokens + newTokens, dimensions.width())
                    .discard();
        }

        private void prefill(int slot) {
            try (NDManager temporary = module.manager().newSubManager()) {
                NDArray ids = temporary.create(tokens(promptTokens), new Shape(1, promptTokens));
                NDArray embedded = module.infer("embed", ids).tensor(temporary);
                NDArray logits = module.infer("prefill", embedded, slot).tensor(temporary);
                choose(logits, temporary);
            }
        }

        private void decodeRound(int batch) {
            for (int position = promptTokens; position < promptTokens + newTokens; position++) {
                try (NDManager temporary = module.manager().newSubManager()) {
                    long[] positions = new long[batch];
                    Arrays.fill(positions, position);
                    NDArray ids = temporary.create(tokens(batch));
                    NDArray logits = module.infer("decode", ids, temporary.create(positions), position + 1)
                            .tensor(temporary);
                    choose(logits, temporary);
                }
            }
        }

        private void choose(NDArray logits, NDManager temporary) {
            NDArray none = temporary.create(new long[0]);
            module.infer("choose_greedy", logits, none, none).tensors(temporary);
        }

        private long[] tokens(int count) {
            return random.longs(count, 0, dimensions.vocabulary()).toArray();
        }
    }
}
