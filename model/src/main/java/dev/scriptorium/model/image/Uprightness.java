package dev.scriptorium.model.image;

import java.util.Arrays;
import java.util.List;

/**
 * Which way up a page is, from the shape of its text: letters stand closer to their neighbours in the
 * line than to those in the next line, and more of them rise above their fellows (b d f h k l t and
 * capitals) than hang below (g j p q y).
 */
final class Uprightness {
    /** With fewer letters the vote is not to be trusted. */
    private static final int FEWEST_LETTERS = 40;

    private static final int VOTERS = 500;
    private static final double CLEAR_MAJORITY = 0.7;
    private static final int FEWEST_SIGNS = 24;
    private static final double CLEARLY_MORE = 1.6;

    private Uprightness() {}

    /** Whether lines run up or down the page. */
    static boolean isSideways(List<Blob> letters) {
        if (letters.size() < FEWEST_LETTERS) {
            return false;
        }
        int across = 0;
        int down = 0;
        int step = Math.max(1, letters.size() / VOTERS);
        for (int i = 0; i < letters.size(); i += step) {
            Blob letter = letters.get(i);
            double beside = Double.MAX_VALUE;
            double below = Double.MAX_VALUE;
            for (Blob other : letters) {
                if (other.x0() > letter.centerX() && letter.overlapY(other) > 0.4 * letter.height()) {
                    beside = Math.min(beside, -letter.overlapX(other));
                }
                if (other.y0() > letter.centerY() && letter.overlapX(other) > 0.4 * letter.width()) {
                    below = Math.min(below, -letter.overlapY(other));
                }
            }
            across += beside < below ? 1 : 0;
            down += below < beside ? 1 : 0;
        }
        return down > CLEAR_MAJORITY * (across + down);
    }

    /** Whether the level lines stand on their heads. */
    static boolean isUpsideDown(List<Blob> letters, List<Blob> lines) {
        int rising = 0;
        int hanging = 0;
        for (Blob line : lines) {
            List<Blob> inside = letters.stream()
                    .filter(letter -> line.overlapX(letter) > 0.9 * letter.width()
                            && line.overlapY(letter) > 0.9 * letter.height())
                    .toList();
            if (inside.size() < 8) {
                continue;
            }
            double top = median(inside.stream().mapToDouble(Blob::y0).toArray());
            double bottom = median(inside.stream().mapToDouble(Blob::y1).toArray());
            double sign = 0.2 * (bottom - top);
            rising += (int) inside.stream()
                    .filter(letter -> letter.y0() < top - sign && letter.y1() < bottom + sign)
                    .count();
            hanging += (int) inside.stream()
                    .filter(letter -> letter.y1() > bottom + sign && letter.y0() > top - sign)
                    .count();
        }
        return hanging > FEWEST_SIGNS && hanging > CLEARLY_MORE * rising;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
