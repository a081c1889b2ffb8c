package dev.scriptorium.model.image;

import java.util.List;

/**
 * How far a page is turned, from the feet of its letters: at the right angle they stand on few, full
 * lines.
 *
 * @param radians positive if lines fall to the right
 * @param centerX the point that stays, in pixels of the reduced page
 * @param centerY the same, down
 */
record Skew(double radians, double centerX, double centerY) {
    private static final double MOST = Math.toRadians(7);
    private static final double COARSE = Math.toRadians(0.2);
    private static final double FINE = Math.toRadians(0.03);
    /** With fewer letters than this an angle is a guess. */
    private static final int FEWEST_LETTERS = 12;

    static Skew of(List<Blob> letters, double letterHeight, int width, int height) {
        double angle = 0;
        if (letters.size() >= FEWEST_LETTERS) {
            double coarse = best(letters, letterHeight / 5, -MOST, MOST, COARSE, height);
            angle = best(letters, letterHeight / 12, coarse - COARSE, coarse + COARSE, FINE, height);
        }
        return new Skew(angle, width / 2.0, height / 2.0);
    }

    private static double best(List<Blob> letters, double binHeight, double from, double to, double step, int height) {
        double bin = Math.max(1, binHeight);
        int offset = (int) (2 * height / bin);
        double best = 0;
        double bestScore = -1;
        for (double angle = from; angle <= to; angle += step) {
            double slope = Math.tan(angle);
            int[] counts = new int[3 * offset + 2];
            for (Blob letter : letters) {
                int at = (int) ((letter.y1() - slope * letter.centerX()) / bin) + offset;
                counts[Math.max(0, Math.min(counts.length - 1, at))]++;
            }
            double score = 0;
            for (int i = 1; i < counts.length; i++) {
                // Neighbouring bins together, so that a line on a border of bins counts in full.
                double pair = counts[i] + counts[i - 1];
                score += pair * pair;
            }
            // Level wins a draw.
            score *= 1 - 0.02 * Math.abs(angle) / MOST;
            if (score > bestScore) {
                bestScore = score;
                best = angle;
            }
        }
        return best;
    }

    /** The blob where it would be on the level page; its box keeps its size. */
    Blob level(Blob blob) {
        double x = blob.centerX() - centerX;
        double y = blob.centerY() - centerY;
        double cos = Math.cos(radians);
        double sin = Math.sin(radians);
        return blob.moved(cos * x + sin * y - x, -sin * x + cos * y - y);
    }

    /** X on the page of a point of the level page. */
    double pageX(double x, double y) {
        return centerX + Math.cos(radians) * (x - centerX) - Math.sin(radians) * (y - centerY);
    }

    /** Y on the page of a point of the level page. */
    double pageY(double x, double y) {
        return centerY + Math.sin(radians) * (x - centerX) + Math.cos(radians) * (y - centerY);
    }
}
