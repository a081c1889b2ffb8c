package dev.scriptorium.standalone;

import java.util.ArrayList;
import java.util.List;

/**
 * What differs between two texts, line by line: the fewest lines taken out and put in.
 *
 * @param lines in order, {@code -} before a line that was taken out, {@code +} before one that was put in; equal lines are
 *     left out
 * @param removed the lines taken out
 * @param added the lines put in
 */
record LineDifference(List<String> lines, List<String> removed, List<String> added) {

    /** By the longest common subsequence; costs the product of both lengths. */
    static LineDifference between(String before, String after) {
        String[] old = before.split("\n", -1);
        String[] now = after.split("\n", -1);
        int[][] common = new int[old.length + 1][now.length + 1];
        for (int i = old.length - 1; i >= 0; i--) {
            for (int j = now.length - 1; j >= 0; j--) {
                common[i][j] =
                        old[i].equals(now[j]) ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> lines = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        List<String> added = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < old.length || j < now.length) {
            if (i < old.length && j < now.length && old[i].equals(now[j])) {
                i++;
                j++;
            } else if (j == now.length || (i < old.length && common[i + 1][j] >= common[i][j + 1])) {
                removed.add(old[i]);
                lines.add("-" + old[i++]);
            } else {
                added.add(now[j]);
                lines.add("+" + now[j++]);
            }
        }
        return new LineDifference(lines, removed, added);
    }
}
