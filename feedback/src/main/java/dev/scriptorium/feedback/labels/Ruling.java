package dev.scriptorium.feedback.labels;

import dev.scriptorium.feedback.Doubt;
import dev.scriptorium.schemas.LabeledPage;
import java.util.OptionalDouble;

/** What follows from a page's recognition and what reviewers say about it. */
sealed interface Ruling {
    /** The text is vouched for. */
    record Vouched(LabeledPage label) implements Ruling {}

    /**
     * The text is doubtful.
     *
     * @param detail expectation and value, without page text
     * @param score what the model said, if it was asked
     */
    record Doubted(LabeledPage label, Doubt doubt, String detail, OptionalDouble score) implements Ruling {}

    /** Reviewers rejected the page: there is nothing to learn. */
    record Nothing() implements Ruling {}
}
