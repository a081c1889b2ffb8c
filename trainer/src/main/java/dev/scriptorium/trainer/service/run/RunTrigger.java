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
        if (waiting.fresh().isEmpty() || waiting.heldOut() < minPages) {
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
