package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.config.Mode;
import java.util.List;

/**
 * How well one density of text was read in one mode.
 *
 * @param mode how much the encoder saw
 * @param textTokens tokens of the text, the mean over the samples
 * @param visionTokens vision tokens it was read through, without those that end a row or the image; the mean
 * @param precisions of each sample: 1 less the edit distance over the length of the longer text
 */
public record CompressionPoint(Mode mode, double textTokens, double visionTokens, List<Double> precisions) {
    public CompressionPoint {
        precisions = List.copyOf(precisions);
    }

    /** Text tokens a vision token. */
    public double compression() {
        return textTokens / visionTokens;
    }

    /** Mean over the samples, 0..1. */
    public double precision() {
        return precisions.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
