package dev.scriptorium.model.image;

import java.util.Objects;

/**
 * A line of text on a page.
 *
 * @param x0 left edge in pixels of the page, inclusive; on a skewed page the box is the one around
 *     the slanted line
 * @param y0 top edge, inclusive
 * @param x1 right edge, exclusive
 * @param y1 bottom edge, exclusive
 * @param pixels the line cut out, made level, dark on light, with a small margin
 */
public record FoundLine(int x0, int y0, int x1, int y1, GrayImage pixels) {
    public FoundLine {
        Objects.requireNonNull(pixels, "pixels");
        if (x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0) {
            throw new IllegalArgumentException(
                    "line: 0 <= x0 < x1, 0 <= y0 < y1 expected, (" + x0 + "," + y0 + ")-(" + x1 + "," + y1 + ") found");
        }
    }
}
