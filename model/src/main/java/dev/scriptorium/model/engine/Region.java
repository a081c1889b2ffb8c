package dev.scriptorium.model.engine;

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
 * @param confidence probability 0..1 that the text is right
 */
public record Region(int x0, int y0, int x1, int y1, String kind, String text, double confidence) {
    public Region {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(text, "text");
        if (x1 < x0 || y1 < y0) {
            throw new IllegalArgumentException(
                    "region: x0 <= x1 and y0 <= y1 expected, (" + x0 + "," + y0 + ")-(" + x1 + "," + y1 + ") found");
        }
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("region: confidence 0..1 expected, " + confidence + " found");
        }
    }
}
