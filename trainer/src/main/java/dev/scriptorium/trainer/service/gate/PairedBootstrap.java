package dev.scriptorium.trainer.service.gate;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How sure it is that fewer errors are no accident: documents are drawn with replacement, as many as there are, again
 * and again, and both readings of the drawn ones are compared. Documents and not pages, because pages of one document
 * share script and scan. The same pages and seed give the same answer.
 *
 * @see <a href="https://doi.org/10.1109/ICASSP.2004.1326009">Bisani and Ney 2004: bootstrap estimates for confidence
 *     intervals in ASR performance evaluation</a>
 */
final class PairedBootstrap {
    private PairedBootstrap() {}

    /**
     * Share of the resamples with fewer errors after than before.
     *
     * @param before scores of some pages
     * @param after scores of the same pages in the same order
     */
    static double betterShare(List<PageScore> before, List<PageScore> after, int resamples, long seed) {
        long[] gains = gains(before, after);
        SplittableRandom random = new SplittableRandom(seed);
        int better = 0;
        for (int i = 0; i < resamples; i++) {
            long gain = 0;
            for (int draw = 0; draw < gains.length; draw++) {
                gain += gains[random.nextInt(gains.length)];
            }
            better += gain > 0 ? 1 : 0;
        }
        return (double) better / resamples;
    }

    /** Errors fewer after than before, by document. */
    private static long[] gains(List<PageScore> before, List<PageScore> after) {
        if (before.size() != after.size()) {
            throw new IllegalArgumentException("bootstrap: as many pages after as before expected, " + before.size()
                    + " and " + after.size() + " found");
        }
        Map<String, Long> gains = new LinkedHashMap<>();
        for (int i = 0; i < before.size(); i++) {
            long gain = before.get(i).errors() - (long) after.get(i).errors();
            gains.merge(before.get(i).document(), gain, Long::sum);
        }
        Collection<Long> values = gains.values();
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
