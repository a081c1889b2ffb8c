package dev.scriptorium.trainer.finetune;

import java.nio.file.Path;

/**
 * What a run came to.
 *
 * @param adapter folder of the adapter
 * @param adapterId sha256 of its files
 * @param samples labeled images
 * @param step last step done
 * @param steps steps of the whole run
 * @param seconds computing time of all steps, also of those before an interruption
 * @param samplesPerSecond pictures learned a second, drawn ones left out
 * @param peakMemoryBytes greatest memory of this process, native memory included
 * @param trainableParameters numbers of the adapter
 * @param firstLoss mean of the first steps
 * @param lastLoss mean of the last steps
 */
public record FinetuneResult(
        Path adapter,
        String adapterId,
        int samples,
        long step,
        long steps,
        double seconds,
        double samplesPerSecond,
        long peakMemoryBytes,
        long trainableParameters,
        double firstLoss,
        double lastLoss) {}
