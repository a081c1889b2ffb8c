package dev.scriptorium.model.image;

import java.util.List;

/**
 * Whether a page has nothing to read. What counts is not how dark it is but whether its ink forms
 * letters in lines: show-through is too faint for {@link InkMap}, rules and scanner edges are erased
 * there, and dust does not line up.
 */
public final class BlankGate {
    /** One blob that looks like a letter is dirt more often than a page of one letter. */
    private static final int FEWEST_LETTERS = 2;

    private BlankGate() {}

    /** Looks at a whole page. It costs as much as finding the lines: who wants those, asks {@link LineFinder} alone. */
    public static boolean isBlank(GrayImage page) {
        return new LineFinder().find(page).lines().isEmpty();
    }

    static boolean isBlank(List<Blob> letters, List<Blob> lines) {
        long inLines = letters.stream()
                .filter(letter -> lines.stream()
                        .anyMatch(line -> line.overlapX(letter) > 0.9 * letter.width()
                                && line.overlapY(letter) > 0.9 * letter.height()))
                .limit(FEWEST_LETTERS)
                .count();
        return inLines < FEWEST_LETTERS;
    }
}
