package dev.scriptorium.trainer.finetune;

import java.util.Locale;

/**
 * What one step cost and taught.
 *
 * @param step counted from 1
 * @param samples pictures seen so far, drawn ones left out
 * @param loss cross-entropy a label
 * @param readersLoss CTC loss of the readers, 0 without them
 * @param gradientNorm before clipping
 * @param rate learning rate
 * @param seconds wall time
 */
public record FinetuneMetrics(
        long step, long samples, double loss, double readersLoss, double gradientNorm, double rate, double seconds) {
    static final String HEADER = "step\tsamples\tloss\treadersLoss\tgradientNorm\trate\tseconds";

    String row() {
        return String.format(
                Locale.ROOT,
                "%d\t%d\t%.5f\t%.5f\t%.4f\t%.7f\t%.3f",
                step,
                samples,
                loss,
                readersLoss,
                gradientNorm,
                rate,
                seconds);
    }
}
