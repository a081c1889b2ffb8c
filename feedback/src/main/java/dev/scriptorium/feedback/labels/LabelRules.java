package dev.scriptorium.feedback.labels;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * When a correction becomes a label.
 *
 * @param quorum reviewers that have to say the same, 1 to 8
 * @param minLogProbability least mean log-probability of a character under the model; empty if it is not asked
 * @param overruledBy reviewers who say the same against the model's doubt
 * @param history how far back the order of events is known
 */
public record LabelRules(int quorum, OptionalDouble minLogProbability, int overruledBy, Duration history) {
    /** The last word counts, the model is not asked. */
    public static final LabelRules DEFAULT = new LabelRules(1, OptionalDouble.empty(), 2, Duration.ofDays(365));

    public LabelRules {
        Objects.requireNonNull(minLogProbability, "minLogProbability");
        Objects.requireNonNull(history, "history");
    }
}
