package dev.scriptorium.trainer.pretrain;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run is made of. The same config gives the same lines, weights and order of steps again; only
 * rounding in parallel sums may differ.
 *
 * @param out folder that becomes the model, with the run's own files beside the weights
 * @param from model folder whose weights the run begins with; none to begin with random ones
 * @param steps length of the run; the curriculum and the learning rate are laid out over it
 * @param stopAt stop after this step, for a run in parts; at most {@code steps}
 * @param batch lines a step
 * @param peakRate greatest learning rate
 * @param seed of weights and lines
 * @param saveEvery steps between checkpoints
 * @param evaluateEvery steps between readings of held-out lines
 * @param evaluationLines held-out lines read each time
 * @param drawingThreads threads that draw lines ahead
 * @param device where it computes: {@code cpu}, {@code gpu}, {@code gpu:1} ... or {@code auto}
 */
public record PretrainConfig(
        Path out,
        Optional<Path> from,
        long steps,
        long stopAt,
        int batch,
        double peakRate,
        long seed,
        int saveEvery,
        int evaluateEvery,
        int evaluationLines,
        int drawingThreads,
        String device) {
    /** Texts are noised by this share. */
    static final double NOISE = 0.07;

    static final double CTC_WEIGHT = 0.5;
    static final double BALANCE_WEIGHT = 0.01;
    static final double CLIP_NORM = 1.0;
    static final double DECAY = 0.03;

    public PretrainConfig {
        if (steps < 1 || batch < 1 || stopAt < 1 || saveEvery < 1 || evaluateEvery < 1) {
            throw new IllegalArgumentException(
                    "pretrain: steps, batch, stop-at, save-every, evaluate-every >= 1 expected, " + steps + ", " + batch
                            + ", " + stopAt + ", " + saveEvery + ", " + evaluateEvery + " found");
        }
        if (!(peakRate > 0 && peakRate < 1)) {
            throw new IllegalArgumentException(
                    "pretrain: learning rate between 0 and 1 expected, " + peakRate + " found");
        }
    }
}
