package dev.scriptorium.model.engine;

import java.util.List;

/**
 * Writes lines in reading order as text. Pieces that stand beside each other on one row, such as an
 * article and its price, become one line of text.
 */
final class PageText {
    /** Share of the lower piece's height that two pieces of one row have in common. */
    private static final double SAME_ROW = 0.5;

    private PageText() {}

    static String of(List<Region> lines) {
        StringBuilder text = new StringBuilder();
        Region previous = null;
        for (Region line : lines) {
            if (previous != null) {
                text.append(besides(previous, line) ? ' ' : '\n');
            }
            text.append(line.text());
            previous = line;
        }
        return text.toString();
    }

    private static boolean besides(Region left, Region right) {
        int common = Math.min(left.y1(), right.y1()) - Math.max(left.y0(), right.y0());
        int lower = Math.min(left.y1() - left.y0(), right.y1() - right.y0());
        return right.x0() >= left.x1() && common >= SAME_ROW * lower;
    }
}
