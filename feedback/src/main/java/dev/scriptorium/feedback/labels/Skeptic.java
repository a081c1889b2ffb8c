package dev.scriptorium.feedback.labels;

import dev.scriptorium.feedback.Doubt;
import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.schemas.LabeledPage;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Doubts texts that the model finds very unlikely, unless enough reviewers stand by them.
 *
 * @param check asks the model
 * @param minLogProbability least mean log-probability of a character; empty to doubt nothing
 * @param overruledBy reviewers who say the same and need not be asked about
 */
record Skeptic(PlausibilityCheck check, OptionalDouble minLogProbability, int overruledBy) {

    Ruling weigh(Ruling ruling) {
        if (!(ruling instanceof Ruling.Vouched vouched) || minLogProbability.isEmpty()) {
            return ruling;
        }
        LabeledPage label = vouched.label();
        if (label.getReviewers().size() >= overruledBy) {
            return ruling;
        }
        OptionalDouble score = check.score(label);
        double least = minLogProbability.getAsDouble();
        if (score.isEmpty() || score.getAsDouble() >= least) {
            return ruling;
        }
        String detail = String.format(
                Locale.ROOT,
                "a mean log-probability of at least %.3f a character expected, %.3f found",
                least,
                score.getAsDouble());
        return new Ruling.Doubted(label, Doubt.IMPLAUSIBLE, detail, score);
    }
}
