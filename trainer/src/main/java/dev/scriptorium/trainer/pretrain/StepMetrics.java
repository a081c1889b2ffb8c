package dev.scriptorium.trainer.pretrain;

/**
 * What one step cost and taught.
 *
 * @param step counted from 1
 * @param lines lines seen so far in the run
 * @param loss total
 * @param crossEntropy of the decoder, a character
 * @param columns CTC loss of the encoder's columns, a character
 * @param tokens CTC loss of the vision tokens, a character
 * @param guide 0 where attention stands where the next character is, 1 where it is far
 * @param balance 1 where experts are loaded evenly, summed over layers
 * @param gradientNorm before clipping
 * @param rate learning rate
 * @param seconds wall time of the step
 */
public record StepMetrics(
        long step,
        long lines,
        double loss,
        double crossEntropy,
        double columns,
        double tokens,
        double guide,
        double balance,
        double gradientNorm,
        double rate,
        double seconds) {
    /** Names of the columns of the metrics file. */
    static final String HEADER =
            "step\tlines\tloss\tcrossEntropy\tcolumns\ttokens\tguide\tbalance\tgradientNorm\trate\tseconds";

    String row() {
        return String.format(
                java.util.Locale.ROOT,
                "%d\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.3f\t%.6f\t%.3f",
                step,
                lines,
                loss,
                crossEntropy,
                columns,
                tokens,
                guide,
                balance,
                gradientNorm,
                rate,
                seconds);
    }
}
