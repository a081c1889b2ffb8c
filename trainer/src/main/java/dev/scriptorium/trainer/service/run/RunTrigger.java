package dev.scriptorium.trainer.service.run;

import dev.scriptorium.trainer.service.labels.Label;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a run begins: enough new labels, or one that has waited long enough, or because somebody asked.
 *
 * @param minLabels new labels that begin a run at once
 * @param maxWait longest time that a new label waits
 * @param minPages pages that there must be to measure with; without them a run could never be published
 */
public record RunTrigger(int minLabels, Duration maxWait, int minPages) {

    /**
     * Why a run over what is waiting is due.
     *
     * @param asked whether somebody asked for one
     * @return a word for the log, or nothing if it is not due
     */
    public Optional<String> due(Planner.Waiting waiting, boolean asked, Instant now) {
        return lacks(waiting).isEmpty() ? reason(waiting, asked, now) : Optional.empty();
    }

    /**
     * What keeps a run from beginning for which there would otherwise be a reason: people who correct pages and see
     * nothing learned want to know.
     */
    public Optional<String> missing(Planner.Waiting waiting, boolean asked, Instant now) {
        return reason(waiting, asked, now).isPresent() ? lacks(waiting) : Optional.empty();
    }

    private Optional<String> lacks(Planner.Waiting waiting) {
        if (waiting.heldOut() < minPages) {
            return Optional.of("at least " + minPages + " corrected pages that are held out to measure with expected, "
                    + waiting.heldOut() + " found");
        }
        return Optional.empty();
    }

    private Optional<String> reason(Planner.Waiting waiting, boolean asked, Instant now) {
        if (waiting.fresh().isEmpty()) {
            return Optional.empty();
        }
        if (asked) {
            return Optional.of("command");
        }
        if (waiting.fresh().size() >= minLabels) {
            return Optional.of("count");
        }
        long oldest = waiting.fresh().stream().mapToLong(Label::storedAt).min().orElseThrow();
        return now.toEpochMilli() - oldest >= maxWait.toMillis() ? Optional.of("time") : Optional.empty();
    }
}
