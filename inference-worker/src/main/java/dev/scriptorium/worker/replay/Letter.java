package dev.scriptorium.worker.replay;

import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.SourceOffset;

/**
 * A dead letter and what became of its page.
 *
 * @param place where the letter lies
 */
public record Letter(SourceOffset place, DeadLetter letter, State state) {

    /** What became of the page since. */
    public enum State {
        /** Nothing. */
        OPEN,
        /** It was replayed, and its result is awaited. */
        REPLAYED,
        /** It has been read. */
        READ,
        /** It was tried again, and there is a later letter. */
        FAILED_AGAIN
    }

    Letter in(State now) {
        return new Letter(place, letter, now);
    }
}
