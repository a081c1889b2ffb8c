package dev.scriptorium.model.image;

/**
 * A box of ink: a connected component, or several that belong together.
 *
 * @param x0 left, inclusive
 * @param y0 top, inclusive
 * @param x1 right, exclusive
 * @param y1 bottom, exclusive
 * @param area pixels of ink inside
 */
record Blob(double x0, double y0, double x1, double y1, int area) {
    double width() {
        return x1 - x0;
    }

    double height() {
        return y1 - y0;
    }

    double centerX() {
        return (x0 + x1) / 2;
    }

    double centerY() {
        return (y0 + y1) / 2;
    }

    Blob moved(double dx, double dy) {
        return new Blob(x0 + dx, y0 + dy, x1 + dx, y1 + dy, area);
    }

    Blob join(Blob other) {
        return new Blob(
                Math.min(x0, other.x0),
                Math.min(y0, other.y0),
                Math.max(x1, other.x1),
                Math.max(y1, other.y1),
                area + other.area);
    }

    /** Pixels that both cover from left to right; negative is the gap between them. */
    double overlapX(Blob other) {
        return Math.min(x1, other.x1) - Math.max(x0, other.x0);
    }

    /** Pixels that both cover from top to bottom; negative is the gap between them. */
    double overlapY(Blob other) {
        return Math.min(y1, other.y1) - Math.max(y0, other.y0);
    }
}
