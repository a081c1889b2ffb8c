package dev.scriptorium.model.eval;

import java.util.Arrays;
import java.util.List;

/**
 * Pairs the lines of two versions of a text, in order, so that together they differ as little as can be: what was read
 * on a page with what it says. Lines that either version lacks stay without a partner: two that have little in common
 * are no pair.
 */
public final class LineAlignment {
    /** Stands for "no partner". */
    public static final int NONE = -1;

    private LineAlignment() {}

    /**
     * Pairs lines.
     *
     * @param read one version
     * @param truth the other
     * @return for each line of {@code truth} the index of its partner in {@code read}, or {@link #NONE}
     */
    public static int[] partners(List<String> read, List<String> truth) {
        int[][] from = codePoints(read);
        int[][] to = codePoints(truth);
        int[][] distances = new int[from.length + 1][to.length + 1]; // between the first i and the first j lines
        for (int i = 0; i <= from.length; i++) {
            for (int j = 0; j <= to.length; j++) {
                distances[i][j] = distance(distances, from, to, i, j);
            }
        }
        return trace(distances, from, to);
    }

    private static int distance(int[][] distances, int[][] from, int[][] to, int i, int j) {
        if (i == 0 || j == 0) {
            return i == 0 && j == 0
                    ? 0
                    : i == 0 ? distances[0][j - 1] + to[j - 1].length : distances[i - 1][0] + from[i - 1].length;
        }
        int paired = distances[i - 1][j - 1] + difference(from[i - 1], to[j - 1]);
        int apart = Math.min(distances[i - 1][j] + from[i - 1].length, distances[i][j - 1] + to[j - 1].length);
        return Math.min(paired, apart);
    }

    /**
     * A replaced character costs as much as one left out and one put in, so that lines without a character in common
     * are no nearer to each other than to nothing. Where nothing was read, every line is as near as none.
     */
    private static int difference(int[] read, int[] truth) {
        return read.length == 0 ? truth.length : 2 * EditDistance.between(read, truth);
    }

    /** Backwards along the least distances; pairs come first where there is a choice. */
    private static int[] trace(int[][] distances, int[][] from, int[][] to) {
        int[] partners = new int[to.length];
        Arrays.fill(partners, NONE);
        int i = from.length;
        int j = to.length;
        while (i > 0 && j > 0) {
            int paired = distances[i - 1][j - 1] + difference(from[i - 1], to[j - 1]);
            if (distances[i][j] == paired) {
                partners[--j] = --i;
            } else if (distances[i][j] == distances[i - 1][j] + from[i - 1].length) {
                i--;
            } else {
                j--;
            }
        }
        return partners;
    }

    private static int[][] codePoints(List<String> lines) {
        return lines.stream().map(line -> line.codePoints().toArray()).toArray(int[][]::new);
    }
}
