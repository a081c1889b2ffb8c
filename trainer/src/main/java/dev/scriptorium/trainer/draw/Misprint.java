package dev.scriptorium.trainer.draw;

import java.util.SplittableRandom;

/**
 * Puts other points and figures into a line than sense would have there. Who learns to read from sensible text alone
 * guesses a point from the words before it, and is wrong where print or paper decide otherwise.
 */
final class Misprint {
    private static final String POINTS = ".,;:";
    private static final String LOWER_ALIKE = "ecoahbnuiltfrvy";

    private Misprint() {}

    /** The line, in two of three cases as it was. */
    static TextLine maybe(SplittableRandom random, TextLine line) {
        if (random.nextInt(3) != 0) {
            return line;
        }
        StringBuilder text = new StringBuilder(line.text());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (POINTS.indexOf(c) >= 0 && random.nextInt(3) == 0) {
                text.setCharAt(i, POINTS.charAt(random.nextInt(POINTS.length())));
            } else if (c >= '0' && c <= '9' && random.nextInt(4) == 0) {
                text.setCharAt(i, (char) ('0' + random.nextInt(10)));
            } else if (LOWER_ALIKE.indexOf(c) >= 0 && random.nextInt(60) == 0) {
                text.setCharAt(i, LOWER_ALIKE.charAt(random.nextInt(LOWER_ALIKE.length())));
            }
        }
        return new TextLine(text.toString(), line.kind());
    }
}
