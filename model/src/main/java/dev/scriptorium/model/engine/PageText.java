package dev.scriptorium.model.engine;

import java.util.List;

/**
 * Writes lines in reading order as text. Pieces that stand beside each other on one row, such as an
 * article and its price, become one line of text.
 */
final class PageText {
    /** Share of the lower piece's height that two pieces of one row have in common. */
    private static final double SAME_ROW = 0.5;

    /** Signs on a page without a letter or figure, up to which it is taken for empty. */
    private static final int SIGNS = 8;

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

    /** Whether nothing but a few signs was read on a whole page: holes and stains look like {@code @} and {@code °}. */
    static boolean onlySigns(List<Region> lines) {
        int signs = 0;
        for (Region line : lines) {
            if (line.text().codePoints().anyMatch(Character::isLetterOrDigit)) {
                return false;
            }
            signs += (int) line.text()
                    .codePoints()
                    .filter(sign -> !Character.isWhitespace(sign))
                    .count();
        }
        return signs <= SIGNS;
    }

    private static boolean besides(Region left, Region right) {
        int common = Math.min(left.y1(), right.y1()) - Math.max(left.y0(), right.y0());
        int lower = Math.min(left.y1() - left.y0(), right.y1() - right.y0());
        return right.x0() >= left.x1() && common >= SAME_ROW * lower;
    }
}
