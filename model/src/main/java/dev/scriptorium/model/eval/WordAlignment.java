package dev.scriptorium.model.eval;

import java.util.List;

/** Tells which words of a reading are right: those that a shortest way from the truth to the reading leaves alone. */
public final class WordAlignment {
    private WordAlignment() {}

    /**
     * Aligns two texts word by word.
     *
     * @return for each word of the reading whether the truth has it there
     */
    public static boolean[] right(List<String> truth, List<String> reading) {
        int[][] distance = distances(truth, reading);
        boolean[] right = new boolean[reading.size()];
        int i = truth.size();
        int j = reading.size();
        while (i > 0 && j > 0) {
            boolean same = truth.get(i - 1).equals(reading.get(j - 1));
            if (distance[i][j] == distance[i - 1][j - 1] + (same ? 0 : 1)) {
                right[j - 1] = same;
                i--;
                j--;
            } else if (distance[i][j] == distance[i - 1][j] + 1) {
                i--;
            } else {
                j--;
            }
        }
        return right;
    }

    private static int[][] distances(List<String> truth, List<String> reading) {
        int[][] distance = new int[truth.size() + 1][reading.size() + 1];
        for (int i = 0; i <= truth.size(); i++) {
            for (int j = 0; j <= reading.size(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                } else {
                    int replace = distance[i - 1][j - 1] + (truth.get(i - 1).equals(reading.get(j - 1)) ? 0 : 1);
                    distance[i][j] = Math.min(replace, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
                }
            }
        }
        return distance;
    }
}
