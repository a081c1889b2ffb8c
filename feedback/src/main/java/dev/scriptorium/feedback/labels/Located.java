package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.SourceOffset;
import java.util.Objects;

/** A record's value and where it lies, so that what is made of it can point back. */
record Located<T>(T value, SourceOffset source) {
    Located {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(source, "source");
    }
}
