package dev.scriptorium.ingest.documents;

import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RefusedPage;
import dev.scriptorium.schemas.SourceOffset;
import java.util.Objects;
import java.util.Optional;

/**
 * How a page ended.
 *
 * @param page its number, from 1
 * @param outcome {@code OK}, {@code LENGTH}, {@code LOOP} or {@code BLANK}, or the code of what went wrong
 * @param confidence of a page that was read
 * @param message place, expectation and value of what went wrong; empty if nothing did
 * @param source the page's record; none for a page that was not taken in
 * @param recognition where its text lies; none for a page that was not read
 */
public record PageOutcome(
        int page,
        String outcome,
        Optional<Double> confidence,
        String message,
        Optional<SourceOffset> source,
        Optional<SourceOffset> recognition) {
    public PageOutcome {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(message, "message");
    }

    static PageOutcome of(SourceOffset place, Recognition read) {
        return new PageOutcome(
                read.getPageNumber(),
                read.getFinishReason(),
                Optional.of(read.getConfidence()),
                "",
                Optional.of(read.getSource()),
                Optional.of(place));
    }

    static PageOutcome of(int page, DeadLetter letter) {
        return new PageOutcome(
                page,
                letter.getCode(),
                Optional.empty(),
                letter.getMessage(),
                Optional.of(letter.getSource()),
                Optional.empty());
    }

    static PageOutcome of(RefusedPage refused) {
        return new PageOutcome(
                refused.getPageNumber(),
                refused.getCode(),
                Optional.empty(),
                refused.getMessage(),
                Optional.empty(),
                Optional.empty());
    }

    /** True if there is no text of it. */
    public boolean failed() {
        return recognition.isEmpty();
    }
}
