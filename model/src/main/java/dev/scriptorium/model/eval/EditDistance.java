package dev.scriptorium.model.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Levenshtein distance: the fewest insertions, deletions and replacements that make one sequence the
 * other. Computes 64 cells of the table at once, so two pages of 20,000 characters take well under a
 * second.
 *
 * @see <a href="https://doi.org/10.1145/316542.316550">Myers 1999</a>, in the block form of Hyyrö 2003
 */
public final class EditDistance {
    private EditDistance() {}

    /** The fewest elements inserted, deleted or replaced that make one sequence of the other. */
    public static int between(int[] a, int[] b) {
        int start = Arrays.mismatch(a, b);
        if (start < 0) {
            return 0;
        }
        int endA = a.length;
        int endB = b.length;
        while (endA > start && endB > start && a[endA - 1] == b[endB - 1]) {
            endA--;
            endB--;
        }
        int[] restA = Arrays.copyOfRange(a, start, endA);
        int[] restB = Arrays.copyOfRange(b, start, endB);
        return restA.length <= restB.length ? columns(restA, restB) : columns(restB, restA);
    }

    /**
     * Goes over the table column by column. Neighbouring cells of a column differ by -1, 0 or 1: a bit in
     * {@code plus} or {@code minus} says which, 64 rows to a word.
     */
    private static int columns(int[] rows, int[] columns) {
        if (rows.length == 0) {
            return columns.length;
        }
        int blocks = (rows.length + Long.SIZE - 1) / Long.SIZE;
        Map<Integer, long[]> occurrences = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            occurrences.computeIfAbsent(rows[i], symbol -> new long[blocks])[i / Long.SIZE] |= 1L << i;
        }
        long[] none = new long[blocks];
        long[] plus = new long[blocks];
        long[] minus = new long[blocks];
        Arrays.fill(plus, -1L);
        long lastRow = 1L << (rows.length - 1);
        int distance = rows.length;
        for (int symbol : columns) {
            long[] equal = occurrences.getOrDefault(symbol, none);
            // Along row 0 the distance grows by one each column.
            int carry = 1;
            for (int block = 0; block < blocks; block++) {
                long up = plus[block];
                long down = minus[block];
                long match = equal[block];
                long vertical = match | down;
                if (carry < 0) {
                    match |= 1;
                }
                long horizontal = (((match & up) + up) ^ up) | match;
                long grows = down | ~(horizontal | up);
                long shrinks = up & horizontal;
                long bottom = block == blocks - 1 ? lastRow : Long.MIN_VALUE;
                int carryOut = (grows & bottom) != 0 ? 1 : (shrinks & bottom) != 0 ? -1 : 0;
                grows = (grows << 1) | (carry > 0 ? 1 : 0);
                shrinks = (shrinks << 1) | (carry < 0 ? 1 : 0);
                plus[block] = shrinks | ~(vertical | grows);
                minus[block] = grows & vertical;
                carry = carryOut;
            }
            distance += carry;
        }
        return distance;
    }
}
