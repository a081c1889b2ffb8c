package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.lora.TrainingBatch;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes what a step sees. The same step of the same run always sees the same. */
interface StepBatches {

    /**
     * The batches of a step, counted from 0.
     *
     * @throws IOException if an image cannot be read; the message names it
     */
    List<TrainingBatch> of(long step) throws IOException;

    /** Replaces a share of the answers' tokens by others of the batch, so that the decoder trusts the image more. */
    static void noise(TrainingBatch batch, double share, SplittableRandom random) {
        if (share == 0) {
            return;
        }
        long[] tokens = Arrays.stream(batch.labels())
                .filter(label -> label != TrainingBatch.IGNORED)
                .toArray();
        for (int i = 0; i < batch.ids().length; i++) {
            if (batch.labels()[i] != TrainingBatch.IGNORED && random.nextDouble() < share) {
                batch.ids()[i] = tokens[random.nextInt(tokens.length)];
            }
        }
    }

    /** Randomness of one item of one step. */
    static SplittableRandom random(long seed, long step, int item) {
        return new SplittableRandom(seed * 0x9e3779b97f4a7c15L + step * 1_000_003L + item).split();
    }
}
