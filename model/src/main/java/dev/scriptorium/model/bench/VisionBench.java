package dev.scriptorium.model.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The vision half alone, SAM, compressor, CLIP and projector, at the published size with random weights: how long
 * one square view of each size takes. What is seen is noise, which takes as long as a page.
 *
 * @param compute what weights are kept and products computed in, and where
 * @param sides of the views in pixels, multiples of 64; each is measured
 * @param packed whether to compute with {@link dev.scriptorium.model.weights.PackedWeights}
 * @param rounds measured after one that is not
 * @param seed of weights and pixels
 */
public record VisionBench(Compute compute, List<Integer> sides, boolean packed, int rounds, long seed) {
    /** Pixels a side of what becomes one vision token. */
    private static final int TOKEN_SIDE = 64;

    public VisionBench {
        sides = List.copyOf(sides);
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds: at least 1 expected, " + rounds + " found");
        }
        sides.forEach(side -> {
            if (side < TOKEN_SIDE || side % TOKEN_SIDE != 0) {
                throw new IllegalArgumentException(
                        "side: a multiple of " + TOKEN_SIDE + " pixels expected, " + side + " found");
            }
        });
    }

    /**
     * Measures.
     *
     * @param step is told after each of {@link #steps()} steps
     */
    public List<Measurement> run(Runnable step) {
        return run(ModelConfig.published(), step);
    }

    /** Measures an encoder of another size. */
    List<Measurement> run(ModelConfig config, Runnable step) {
        try (RandomNetwork encoder = new RandomNetwork(config, RandomNetwork.Half.ENCODER, compute, 0, packed, seed)) {
            step.run();
            SplittableRandom random = new SplittableRandom(seed);
            List<Measurement> results = new ArrayList<>();
            sides.forEach(side -> results.addAll(view(encoder.module(), side, random, step)));
            return results;
        }
    }

    /** How many steps {@link #run} has. */
    public int steps() {
        return 1 + (1 + rounds) * sides.size();
    }

    private List<Measurement> view(ScriptModule module, int side, SplittableRandom random, Runnable step) {
        String name = "view of " + side + " x " + side;
        Stopwatch whole = new Stopwatch(name);
        Stopwatch sam = new Stopwatch(name + ", SAM and compressor");
        Stopwatch clip = new Stopwatch(name + ", CLIP and projector");
        for (int round = -1; round < rounds; round++) {
            boolean counts = round >= 0;
            try (NDManager temporary = module.manager().newSubManager()) {
                NDArray pixels = temporary.create(noise(3 * side * side, random), new Shape(1, 3, side, side));
                whole.take(counts, () -> {
                    NDArray features = sam.take(
                            counts, () -> module.infer("sam_features", pixels).tensor(temporary));
                    return clip.take(counts, () -> module.infer("vision_tokens", features)
                            .tensor(temporary));
                });
            }
            step.run();
        }
        return List.of(whole.wallSeconds(), whole.cpuSeconds(), sam.cpuSeconds(), clip.cpuSeconds());
    }

    /** Numbers as normalized pixels are: -1 to 1. */
    private static float[] noise(int count, SplittableRandom random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
