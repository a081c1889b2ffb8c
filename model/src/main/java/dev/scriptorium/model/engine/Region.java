package dev.scriptorium.model.engine;

import dev.scriptorium.model.confidence.TokenScores;
import java.util.List;
import java.util.Objects;

/**
 * A rectangle of the page with its text, in pixels of the page as a viewer shows it (after EXIF
 * orientation), origin top left.
 *
 * @param x0 left edge, inclusive
 * @param y0 top edge, inclusive
 * @param x1 right edge, exclusive
 * @param y1 bottom edge, exclusive
 * @param kind {@code line}, or the model's own layout class such as {@code title} or {@code table}
 * @param text what it says; may be empty for a picture
 * @param confidence probability 0..1 that the text is right, all of it
 * @param words the text's words as white space parts them; empty where none are known one by one
 * @param scores what the confidences were computed from; {@link TokenScores#NONE} where words are empty
 */
public record Region(
        int x0,
        int y0,
        int x1,
        int y1,
        String kind,
        String text,
        double confidence,
        List<Word> words,
        TokenScores scores) {
    public Region {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(scores, "scores");
        words = List.copyOf(words);
        if (x1 < x0 || y1 < y0) {
            throw new IllegalArgumentException(
                    "region: x0 <= x1 and y0 <= y1 expected, (" + x0 + "," + y0 + ")-(" + x1 + "," + y1 + ") found");
        }
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("region: confidence 0..1 expected, " + confidence + " found");
        }
    }

    /** A region of whose words nothing is known. */
    public Region(int x0, int y0, int x1, int y1, String kind, String text, double confidence) {
        this(x0, y0, x1, y1, kind, text, confidence, List.of(), TokenScores.NONE);
    }

    /**
     * A word.
     *
     * @param text without white space
     * @param confidence probability 0..1 that it is right
     */
    public record Word(String text, double confidence) {}
}
