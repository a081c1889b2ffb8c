package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.DeadLetter;

/** What the bytes of a record turned out to be. A tombstone is none of these but no value at all. */
sealed interface Arrival<T> {
    /** A value. */
    record Read<T>(Located<T> value) implements Arrival<T> {}

    /** Something that nobody can read, and the letter about it. */
    record Refused<T>(DeadLetter letter) implements Arrival<T> {}
}
