package dev.scriptorium.documents.page;

import java.util.Collection;

/**
 * A rectangle in pixels of the page as a viewer shows it, origin top left.
 *
 * @param x0 left edge, inclusive
 * @param y0 top edge, inclusive
 * @param x1 right edge, exclusive, not left of x0
 * @param y1 bottom edge, exclusive, not above y0
 */
public record Box(int x0, int y0, int x1, int y1) {
    public Box {
        if (x0 < 0 || y0 < 0 || x1 < x0 || y1 < y0) {
            throw new IllegalArgumentException("box: 0 <= x0 <= x1 and 0 <= y0 <= y1 expected, (" + x0 + "," + y0
                    + ")-(" + x1 + "," + y1 + ") found");
        }
    }

    /** The part of a rectangle that lies on a page; foreign records may say anything. */
    static Box onPage(int x0, int y0, int x1, int y1, int width, int height) {
        int left = clamp(Math.min(x0, x1), width);
        int top = clamp(Math.min(y0, y1), height);
        return new Box(left, top, clamp(Math.max(x0, x1), width), clamp(Math.max(y0, y1), height));
    }

    private static int clamp(int value, int size) {
        return Math.max(0, Math.min(value, size));
    }

    /** The smallest rectangle around all of them, of which there is at least one. */
    static Box around(Collection<Box> boxes) {
        return boxes.stream()
                .reduce((a, b) ->
                        new Box(Math.min(a.x0, b.x0), Math.min(a.y0, b.y0), Math.max(a.x1, b.x1), Math.max(a.y1, b.y1)))
                .orElseThrow(() -> new IllegalArgumentException("boxes: at least one expected, none found"));
    }

    /**
     * The rectangle on the page turned clockwise.
     *
     * @param degrees 0, 90, 180 or 270
     * @param pageWidth of the page before it is turned
     * @param pageHeight of the page before it is turned
     */
    public Box turned(int degrees, int pageWidth, int pageHeight) {
        return switch (degrees) {
            case 90 -> new Box(pageHeight - y1, x0, pageHeight - y0, x1);
            case 180 -> new Box(pageWidth - x1, pageHeight - y1, pageWidth - x0, pageHeight - y0);
            case 270 -> new Box(y0, pageWidth - x1, y1, pageWidth - x0);
            default -> this;
        };
    }

    public int width() {
        return x1 - x0;
    }

    public int height() {
        return y1 - y0;
    }
}
