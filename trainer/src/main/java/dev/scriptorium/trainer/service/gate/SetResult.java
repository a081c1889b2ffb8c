package dev.scriptorium.trainer.service.gate;

import java.util.List;

/**
 * Two adapters on one set of pages.
 *
 * @param set which pages
 * @param pages how many
 * @param cerBefore of the adapter in use
 * @param cerAfter of the new one
 * @param loopRateBefore share 0..1 of pages
 * @param loopRateAfter share 0..1 of pages
 * @param lengthRatioBefore characters read over true ones
 * @param lengthRatioAfter characters read over true ones
 */
public record SetResult(
        String set,
        int pages,
        double cerBefore,
        double cerAfter,
        double loopRateBefore,
        double loopRateAfter,
        double lengthRatioBefore,
        double lengthRatioAfter) {

    static SetResult of(String set, List<PageScore> before, List<PageScore> after) {
        return new SetResult(
                set,
                before.size(),
                PageScore.cer(before),
                PageScore.cer(after),
                PageScore.loopRate(before),
                PageScore.loopRate(after),
                PageScore.lengthRatio(before),
                PageScore.lengthRatio(after));
    }

    double loopRise() {
        return loopRateAfter - loopRateBefore;
    }

    double lengthShift() {
        return Math.abs(lengthRatioAfter - 1) - Math.abs(lengthRatioBefore - 1);
    }
}
