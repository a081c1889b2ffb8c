package dev.scriptorium.model.ladder;

import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.image.LineFinder;

/**
 * What a page looks like before a model has read it.
 *
 * @param width of the page in pixels
 * @param height of the page in pixels
 * @param blank true if nothing on it is as high as the smallest legible letter; show-through, rules, dust and grain are
 *     not
 * @param lines lines of text that were found; none on a page that is not blank means that nobody knows
 * @param textTokens about how many tokens its text has; 0 where no lines were found
 * @param lineHeight median height of its lines in pixels, from ascender to descender; 0 where none were found
 * @param quarterTurns how often it has to be turned clockwise by 90 degrees to stand upright, by the look of its letters
 */
public record PageSurvey(
        int width, int height, boolean blank, int lines, int textTokens, double lineHeight, int quarterTurns) {
    /** English text has about so many letters a token. */
    private static final double LETTERS_A_TOKEN = 3.5;

    /**
     * Tokens in a stretch of line as long as it is high: print has 2.4 letters there. Counts where letters cannot be told
     * apart, in joined writing.
     */
    private static final double TOKENS_A_SQUARE = 0.6;

    /** Reads off what the line finder saw. */
    public static PageSurvey of(LineFinder.Lines found, int width, int height) {
        boolean sideways = found.quarterTurns() % 2 == 1;
        double[] heights = found.lines().stream()
                .mapToDouble(line -> across(line, sideways))
                .sorted()
                .toArray();
        double squares = found.lines().stream()
                .mapToDouble(line -> across(line, !sideways) / across(line, sideways))
                .sum();
        double tokens =
                heights.length == 0 ? 0 : Math.max(found.letters() / LETTERS_A_TOKEN, TOKENS_A_SQUARE * squares);
        return new PageSurvey(
                width,
                height,
                !found.ink(),
                heights.length,
                (int) Math.ceil(tokens),
                heights.length == 0 ? 0 : heights[heights.length / 2],
                found.quarterTurns());
    }

    private static double across(FoundLine line, boolean horizontally) {
        return horizontally ? line.x1() - line.x0() : line.y1() - line.y0();
    }

    /** The same page as if nothing were known about it. */
    public static PageSurvey unknown(int width, int height) {
        return new PageSurvey(width, height, false, 0, 0, 0, 0);
    }
}
