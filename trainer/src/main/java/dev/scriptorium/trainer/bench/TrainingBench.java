package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.bench.Machine;
import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.AdamW;
import dev.scriptorium.model.lora.AdapterTraining;
import dev.scriptorium.model.lora.LoraConfig;
import dev.scriptorium.model.lora.TrainingBatch;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.trainer.finetune.PeakMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * How fast an adapter is trained on a page model, and in how much memory: pictures of noise with answers drawn at random,
 * so that a checkpoint of random weights does as well as another. Everything a step does is in it, the vision half
 * included; decoding images from files is not.
 *
 * @param model a checkpoint's folder
 * @param compute what the base computes in, and where
 * @param side of the pictures in pixels
 * @param batch pictures computed together
 * @param accumulate batches a step
 * @param answer tokens of each answer
 * @param eightBit whether AdamW remembers in 8 bits
 * @param rounds steps that are measured, after one that is not
 */
public record TrainingBench(
        Path model, Compute compute, int side, int batch, int accumulate, int answer, boolean eightBit, int rounds) {
    /** The rank of the experiment that finetune repeats. */
    private static final int RANK = 16;
    /** Tokens around the picture: one before it, and the question. */
    private static final int QUESTION = 5;

    private static final double RATE = 1e-4;
    private static final long SEED = 1;

    public TrainingBench {
        if (side < 1 || batch < 1 || accumulate < 1 || answer < 1 || rounds < 1) {
            throw new IllegalArgumentException("side, batch, accumulate, answer, rounds: at least 1 each expected, "
                    + side + ", " + batch + ", " + accumulate + ", " + answer + ", " + rounds + " found");
        }
    }

    /** How many steps {@link #run} has. */
    public int steps() {
        return rounds + 2;
    }

    /**
     * Measures.
     *
     * @param step is told after each step
     * @throws IOException if the folder is no checkpoint of a page model
     */
    public List<Measurement> run(Runnable step) throws IOException {
        AdamW settings = new AdamW(0.9, 0.999, 0.001, 1, eightBit);
        LoraConfig lora = new LoraConfig(RANK, RANK, false, LoraConfig.DECODER_TARGETS, "bench");
        try (Checkpoint base = Checkpoint.open(model);
                AdapterTraining training = AdapterTraining.begin(base, compute, lora, settings, SEED)) {
            step.run();
            List<TrainingBatch> batches = batches(base.config());
            List<Double> wall = new ArrayList<>();
            List<Double> cpu = new ArrayList<>();
            for (int round = -1; round < rounds; round++) {
                long cpuStart = Machine.cpuNanos();
                long wallStart = System.nanoTime();
                learn(training, batches);
                if (round >= 0) {
                    wall.add(batch * accumulate * 1e9 / (System.nanoTime() - wallStart));
                    cpu.add(batch * accumulate * 1e9 / (Machine.cpuNanos() - cpuStart));
                }
                step.run();
            }
            String name = "LoRA, " + batch + " x " + accumulate + " pictures of " + side;
            return List.of(
                    Measurement.of(name, "samples/s", wall),
                    Measurement.of(name + ", processor time", "samples/CPU s", cpu),
                    Measurement.of("trained", "numbers", List.of((double) training.parameters())),
                    Measurement.of("moments", "bytes", List.of((double) training.momentBytes())),
                    Measurement.of("memory of the process, most", "bytes", List.of((double) PeakMemory.bytes())));
        }
    }

    private void learn(AdapterTraining training, List<TrainingBatch> batches) {
        int labels = batches.stream().mapToInt(TrainingBatch::taught).sum();
        for (TrainingBatch each : batches) {
            training.learn(each, labels, 0, 0, 1.0 / batches.size());
        }
        training.step(RATE);
    }

    private List<TrainingBatch> batches(ModelConfig config) {
        // a row of tokens and its end for each, and the end of all
        int row = side / config.sam().tokenWidth();
        int vision = row * (row + 1) + 1;
        int positions = 1 + vision + QUESTION + answer;
        SplittableRandom random = new SplittableRandom(SEED);
        List<TrainingBatch> batches = new ArrayList<>();
        for (int number = 0; number < accumulate; number++) {
            float[] pixels = new float[batch * 3 * side * side];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) random.nextDouble(-1, 1);
            }
            long[] ids = random.longs(
                            (long) batch * positions, 0, config.decoder().vocabulary())
                    .toArray();
            long[] labels = ids.clone();
            for (int sequence = 0; sequence < batch; sequence++) {
                int start = sequence * positions;
                Arrays.fill(labels, start, start + positions - answer, TrainingBatch.IGNORED);
            }
            int[] lengths = new int[batch];
            Arrays.fill(lengths, positions);
            batches.add(new TrainingBatch(pixels, side, side, ids, labels, lengths, 1, Optional.empty()));
        }
        return batches;
    }
}
