package dev.scriptorium.model.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.LoraConfig;
import dev.scriptorium.model.lora.LoraModules;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What adapters beside the weights cost: decoding steps of the language model at the published size, with random weights, by
 * the base model (which is as fast as an adapter that is merged into it) and by sequences whose adapters differ. The
 * variants take turns, so that a machine whose speed changes does the same to all.
 *
 * @param compute what weights are kept and products computed in, and where
 * @param layers how many of the decoder's layers, the first one dense
 * @param batch sequences decoded together
 * @param adapters how many different ones read them; each number is measured
 * @param rank of each adapter, on all linears of the layers
 * @param context positions before those that are decoded
 * @param newTokens tokens decoded in a round
 * @param rounds measured after one that is not
 * @param seed of weights and tokens
 */
public record AdapterBench(
        Compute compute,
        int layers,
        int batch,
        List<Integer> adapters,
        int rank,
        int context,
        int newTokens,
        int rounds,
        long seed) {
    public AdapterBench {
        adapters = List.copyOf(adapters);
        boolean positive = layers > 0 && batch > 0 && rank > 0 && context > 0 && newTokens > 0 && rounds > 0;
        if (!positive || adapters.isEmpty() || adapters.stream().anyMatch(count -> count < 1 || count > batch)) {
            throw new IllegalArgumentException("layers, batch, rank, context, tokens, rounds: at least 1 each expected,"
                    + " adapters: some from 1 to the batch; " + layers + ", " + batch + ", " + rank + ", " + context
                    + ", " + newTokens + ", " + rounds + "; " + adapters + " found");
        }
    }

    /** How many steps {@link #run} has. */
    public int steps() {
        return 1 + (1 + rounds) * (1 + adapters.size());
    }

    /**
     * Measures.
     *
     * @param step is told after each of {@link #steps()} steps
     * @throws IllegalStateException if this machine has not the memory
     */
    public List<Measurement> run(Runnable step) {
        return run(ModelConfig.published(), step);
    }

    /** Measures a decoder of another size. */
    List<Measurement> run(ModelConfig config, Runnable step) {
        new DecoderBench(compute, layers, context, newTokens, List.of(batch), false, rounds, seed)
                .requireMemory(config, compute.freeMemory());
        try (RandomNetwork decoder =
                new RandomNetwork(config, RandomNetwork.Half.DECODER, compute, layers, false, seed)) {
            step.run();
            return new Run(decoder, config).measure(step);
        }
    }

    /** Stacked matrices of a number of adapters, and which of their ranks each sequence has. */
    private record Variant(List<NDArray> weights, List<NDArray> a, List<NDArray> b, List<NDArray> share) {}

    /** One decoder under measurement. */
    private final class Run {
        private final ScriptModule module;
        private final ModelConfig config;
        private final Map<String, NDArray> adapted = new LinkedHashMap<>();
        private final SplittableRandom random = new SplittableRandom(seed);

        Run(RandomNetwork decoder, ModelConfig config) {
            module = decoder.module();
            this.config = config;
            Set<String> targets =
                    LoraModules.matching(config, LoraConfig.DECODER_TARGETS).keySet();
            decoder.weights().forEach((name, weight) -> {
                if (name.endsWith(".weight") && targets.contains(name.substring(0, name.lastIndexOf('.')))) {
                    adapted.put(name, weight);
                }
            });
        }

        List<Measurement> measure(Runnable step) {
            module.train(
                            "make_cache",
                            batch,
                            context + newTokens,
                            config.decoder().width())
                    .discard();
            Map<String, Variant> variants = new LinkedHashMap<>();
            variants.put("merged", new Variant(List.of(), List.of(), List.of(), List.of()));
            for (int count : adapters) {
                variants.put(count + (count == 1 ? " adapter" : " adapters"), variant(count));
            }
            Map<String, Stopwatch> watches = new LinkedHashMap<>();
            variants.keySet().forEach(name -> watches.put(name, new Stopwatch("batch " + batch + ", " + name)));
            for (int round = -1; round < rounds; round++) {
                boolean counts = round >= 0;
                variants.forEach((name, variant) -> {
                    use(variant);
                    watches.get(name).run(counts, this::decodeRound);
                    step.run();
                });
            }
            List<Measurement> results = new ArrayList<>();
            watches.values().forEach(watch -> results.add(watch.cpuRate(batch * newTokens, "tokens")));
            double merged = results.get(0).value();
            for (Measurement beside : List.copyOf(results.subList(1, results.size()))) {
                results.add(Measurement.of(beside.name() + ", of merged", "%", List.of(100 * beside.value() / merged)));
            }
            return results;
        }

        private Variant variant(int count) {
            List<NDArray> a = new ArrayList<>();
            List<NDArray> b = new ArrayList<>();
            long ranks = (long) count * rank;
            adapted.values().forEach(weight -> {
                a.add(draw(ranks, weight.getShape().get(1)));
                b.add(draw(weight.getShape().get(0), ranks));
            });
            float[] share = new float[Math.toIntExact(batch * ranks)];
            for (int row = 0; row < batch; row++) {
                int from = Math.toIntExact(row * ranks + (long) (row % count) * rank);
                Arrays.fill(share, from, from + rank, 1);
            }
            try (NDManager temporary = module.manager().newSubManager()) {
                // sequences that are all alike share one row, as in the engine
                NDArray numbers = count == 1
                        ? temporary.create(Arrays.copyOf(share, rank))
                        : temporary.create(share, new Shape(batch, ranks));
                NDArray inType =
                        module.train("cast", numbers, compute.type().torch()).tensor(module.manager());
                return new Variant(List.copyOf(adapted.values()), a, b, List.of(inType));
            }
        }

        private NDArray draw(long rows, long columns) {
            return module.train(
                            "random_weight",
                            new long[] {rows, columns},
                            compute.type().torch(),
                            -RandomNetwork.SPREAD,
                            RandomNetwork.SPREAD,
                            ComputeDevice.torchName(compute.device()))
                    .tensor(module.manager());
        }

        private void use(Variant variant) {
            module.train("load_adapters", array(variant.weights()), array(variant.a()), array(variant.b()))
                    .discard();
            module.train("share_adapters", (Object) array(variant.share())).discard();
        }

        private static NDArray[] array(List<NDArray> tensors) {
            return tensors.toArray(NDArray[]::new);
        }

        private void decodeRound() {
            for (int position = context; position < context + newTokens; position++) {
                try (NDManager temporary = module.manager().newSubManager()) {
                    long[] positions = new long[batch];
                    Arrays.fill(positions, position);
                    NDArray ids = temporary.create(
                            random.longs(batch, 0, config.decoder().vocabulary())
                                    .toArray());
                    NDArray logits = module.infer("decode", ids, temporary.create(positions), position + 1)
                            .tensor(temporary);
                    NDArray none = temporary.create(new long[0]);
                    module.infer("choose_greedy", logits, none, none).tensors(temporary);
                }
            }
        }
    }
}
