package dev.scriptorium.trainer.draw;

import java.util.Objects;

/**
 * A line to be drawn.
 *
 * @param text NFC, only characters of {@link Alphabet}, no white space at its ends, no double space
 * @param kind what it imitates, which decides fonts and wear
 */
public record TextLine(String text, Kind kind) {
    /** What a line imitates. */
    public enum Kind {
        /** Running text of a book. */
        PROSE,
        /** Words picked at random, so that letters cannot be guessed from the sentence. */
        WORDS,
        /** Prices, dates, numbers, signs: what stands on receipts and forms. */
        FIGURES,
        /** Capitals, numerals, short titles. */
        HEADING,
        /** German, French, Vietnamese, or letters with marks at random. */
        FOREIGN
    }

    public TextLine {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(kind, "kind");
    }
}
