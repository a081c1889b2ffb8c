package dev.scriptorium.model.confidence;

/**
 * What a model's log-probabilities say about a piece of its text: what a confidence is computed from.
 *
 * @param choices tokens chosen: those of the text and those that bound it
 * @param total minus the log-probability of all choices together, in nats, 0 or more
 * @param worst minus the log-probability of the least likely choice, in nats, at most {@code total}
 */
public record Surprise(int choices, double total, double worst) {
    /** Nothing was chosen. */
    public static final Surprise NONE = new Surprise(0, 0, 0);

    public Surprise {
        if (choices < 0 || !(worst >= 0 && worst <= total)) {
            throw new IllegalArgumentException("surprise: choices >= 0 and 0 <= worst <= total expected, " + choices
                    + ", " + worst + ", " + total + " found");
        }
    }

    /** Nats a choice; 0 without any. */
    double mean() {
        return choices == 0 ? 0 : total / choices;
    }

    /** With one more choice of this log-probability. */
    Surprise and(double logProbability) {
        double nats = Math.max(0, -logProbability);
        return new Surprise(choices + 1, total + nats, Math.max(worst, nats));
    }
}
