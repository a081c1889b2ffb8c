package dev.scriptorium.model.text;

import java.util.List;

/** A piece of an answer, in reading order. */
public sealed interface Block {
    /** What it says; table tags and formulas as the model wrote them. May be empty. */
    String text();

    /** Text of which the model did not say where it stands. */
    record Plain(String text) implements Block {}

    /**
     * Text with its place.
     *
     * @param label layout class such as {@code title}, {@code text}, {@code table} or {@code image}
     * @param boxes where it stands, at least one
     * @param text what it says; white space at its ends is left out
     */
    record Grounded(String label, List<Box> boxes, String text) implements Block {
        /** The layout class of pictures, which have a place but no text. */
        static final String IMAGE = "image";

        public Grounded {
            boxes = List.copyOf(boxes);
            if (boxes.isEmpty()) {
                throw new IllegalArgumentException("grounded block '" + label + "': at least one box expected, none");
            }
        }

        /** True for a picture. */
        public boolean image() {
            return label.equals(IMAGE);
        }
    }

    /**
     * A rectangle in pixels of the page as a viewer shows it.
     *
     * @param x0 left edge, inclusive
     * @param y0 top edge, inclusive
     * @param x1 right edge, exclusive, not left of x0
     * @param y1 bottom edge, exclusive, not above y0
     */
    record Box(int x0, int y0, int x1, int y1) {
        public Box {
            if (x0 < 0 || y0 < 0 || x1 < x0 || y1 < y0) {
                throw new IllegalArgumentException("box: 0 <= x0 <= x1 and 0 <= y0 <= y1 expected, (" + x0 + "," + y0
                        + ")-(" + x1 + "," + y1 + ") found");
            }
        }
    }
}
