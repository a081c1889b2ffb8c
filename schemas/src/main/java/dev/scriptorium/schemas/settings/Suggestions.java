package dev.scriptorium.schemas.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody meant to type. */
final class Suggestions {
    private Suggestions() {}

    /** The candidate with the fewest edits, if they are few enough for a slip: one for every four letters. */
    static Optional<String> closest(String typed, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> edits(typed, candidate) <= Math.max(1, candidate.length() / 4))
                .min(Comparator.<String>comparingInt(candidate -> edits(typed, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein distance, two rows at a time. */
    static int edits(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
