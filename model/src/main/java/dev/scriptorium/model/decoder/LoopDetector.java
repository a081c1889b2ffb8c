package dev.scriptorium.model.decoder;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Notices that a sequence has begun to repeat itself and will not stop, so that it need not run up
 * to its token limit. Two signs, either is enough:
 *
 * <ul>
 *   <li>the end of the sequence is one passage, of at most {@link Limits#longestPeriod} ids, written
 *       over and over: at least {@link Limits#repeats} times and over at least {@link Limits#span} ids;
 *   <li>among the last {@link Limits#window} ids hardly any run of {@link #GRAM} ids is new: loops
 *       with a small variation in them, such as a counter, are caught by this.
 * </ul>
 *
 * <p>Real tables repeat themselves too (empty cells, columns of zeros). While table tags make up a good part
 * of the last ids, {@link Limits#tablePatience} times as much
 * repetition is allowed.
 *
 * <p>A step costs {@code longestPeriod} comparisons. Not thread-safe.
 */
public final class LoopDetector {
    /** Ids in the runs whose variety is measured. */
    static final int GRAM = 6;

    /** Table tags among the recent ids from which on the sequence counts as a table: one in six. */
    private static final int TABLE_SHARE = 6;

    /** How many recent ids decide whether this is a table. */
    private static final int TABLE_WINDOW = 96;

    /**
     * When repetition is too much.
     *
     * @param longestPeriod longest passage whose repetition is looked for, in ids
     * @param repeats how often a passage must stand in a row, at least 2
     * @param span how many ids the repeated passages must cover together
     * @param window over how many ids the variety is measured
     * @param variety share 0..1 of new runs of ids among the window below which it is a loop
     * @param tablePatience how much more is allowed inside tables, at least 1
     */
    public record Limits(int longestPeriod, int repeats, int span, int window, double variety, int tablePatience) {
        /**
         * For whole pages. Ordinary text never repeats a passage eight times; a line of dots in a table of
         * contents is about 100 ids; the variety of prose is above 0.9, of a long table of single digits 0.07.
         */
        public static final Limits PAGE = new Limits(256, 8, 192, 1024, 0.2, 4);

        public Limits {
            if (longestPeriod < 1 || repeats < 2 || span < 1 || window <= GRAM || tablePatience < 1) {
                throw new IllegalArgumentException("loop limits: longestPeriod >= 1, repeats >= 2, span >= 1, window > "
                        + GRAM + ", tablePatience >= 1 expected, " + longestPeriod + ", " + repeats + ", " + span + ", "
                        + window + ", " + tablePatience + " found");
            }
            if (!(variety >= 0 && variety < 1)) {
                throw new IllegalArgumentException("loop limits: variety 0..1 expected, " + variety + " found");
            }
        }
    }

    private final Limits limits;
    private final Set<Integer> tableTags;
    private int[] ids = new int[256];
    private int length;
    /** For each period, how many ids at the end equal the id one period before them. */
    private final int[] matching;

    private int recentTableTags;
    private final Variety textVariety;
    private final Variety tableVariety;

    /**
     * Begins with an empty sequence; the prompt is not part of it.
     *
     * @param tableTags ids of {@code <td>}, {@code </td>}, {@code <tr>}, {@code </tr>}; empty for models without
     */
    public LoopDetector(Limits limits, Set<Integer> tableTags) {
        this.limits = limits;
        this.tableTags = Set.copyOf(tableTags);
        this.matching = new int[limits.longestPeriod() + 1];
        this.textVariety = new Variety(limits.window(), limits.variety());
        this.tableVariety = new Variety(
                Math.multiplyExact(limits.window(), limits.tablePatience()), limits.variety() / limits.tablePatience());
    }

    /**
     * Takes the next id.
     *
     * @return true if the sequence now runs in a loop
     */
    public boolean add(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, 2 * length);
        }
        ids[length++] = id;
        countTableTags();
        int patience = 1;
        Variety variety = textVariety;
        textVariety.add();
        tableVariety.add();
        if (recentTableTags * TABLE_SHARE >= Math.min(length, TABLE_WINDOW)) {
            patience = limits.tablePatience();
            variety = tableVariety;
        }
        return repeats(patience) || variety.low();
    }

    /**
     * How many ids to keep so that the passage that is repeated to the end stands once. Equal to the
     * whole length while nothing is repeated exactly.
     */
    public int lengthWithoutRepeats() {
        int keep = length;
        for (int period = 1; period < matching.length; period++) {
            if (matching[period] >= period * (limits.repeats() - 1)) {
                keep = Math.min(keep, length - matching[period]);
            }
        }
        return keep;
    }

    private void countTableTags() {
        if (tableTags.contains(ids[length - 1])) {
            recentTableTags++;
        }
        if (length > TABLE_WINDOW && tableTags.contains(ids[length - 1 - TABLE_WINDOW])) {
            recentTableTags--;
        }
    }

    private boolean repeats(int patience) {
        boolean found = false;
        int last = length - 1;
        int longest = Math.min(limits.longestPeriod(), last);
        int repeats = limits.repeats() * patience;
        int span = limits.span() * patience;
        for (int period = 1; period <= longest; period++) {
            if (ids[last] == ids[last - period]) {
                int covered = ++matching[period] + period;
                found |= covered >= span && covered >= period * repeats;
            } else {
                matching[period] = 0;
            }
        }
        return found;
    }

    /** Counts the different runs of {@link #GRAM} ids among the last ids. */
    private final class Variety {
        private final int window;
        private final double lowest;
        private final Map<Integer, Integer> counts = new HashMap<>();

        Variety(int window, double lowest) {
            this.window = window;
            this.lowest = lowest;
        }

        void add() {
            if (length >= GRAM) {
                counts.merge(gramAt(length - GRAM), 1, Integer::sum);
            }
            if (length > window) {
                counts.computeIfPresent(gramAt(length - window - 1), (gram, count) -> count == 1 ? null : count - 1);
            }
        }

        boolean low() {
            return length >= window && counts.size() < lowest * (window - GRAM + 1);
        }

        /** A hash will do: two runs that share it only make the text look a little less varied. */
        private int gramAt(int start) {
            int hash = 0;
            for (int i = start; i < start + GRAM; i++) {
                hash = hash * 0x01000193 + ids[i];
            }
            return hash;
        }
    }
}
