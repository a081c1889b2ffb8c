package dev.scriptorium.trainer.service.watch;

import dev.scriptorium.schemas.settings.Setting;
import java.time.Duration;

/**
 * When an adapter in use is doubted.
 *
 * @param alpha probability, at most, with which an adapter that is not worse is ever rolled back
 * @param margin how much worse than its parent it may be: difference of the CER of a document in the mean
 * @param cap differences of a document's CER beyond this count as this much: one runaway page decides nothing
 * @param pages corrected pages that its parent reads at a time, at most
 * @param every pause between two looks
 * @param readings pages that a window of drift holds
 * @param labels corrected pages that a window of drift holds
 */
public record WatchRules(
        @Setting(value = "0.05", min = 0.000001, max = 0.5, doc = "chance of ever rolling back an adapter wrongly")
        double alpha,

        @Setting(value = "0.005", min = 0, max = 1, doc = "how much worse an adapter may be, CER of a document")
        double margin,

        @Setting(value = "0.1", min = 0.001, max = 1, doc = "largest difference that a document counts with, CER")
        double cap,

        @Setting(value = "16", min = 1, doc = "corrected pages that an adapter's parent reads at a time, at most")
        int pages,

        @Setting(value = "1m", doc = "pause between two looks at corrected pages")
        Duration every,

        @Setting(value = "200", min = 10, doc = "pages in a window of loop rate and confidence")
        int readings,

        @Setting(value = "50", min = 10, doc = "corrected pages in a window of length ratio and correction rate")
        int labels) {

    /** The rules of a trainer nobody has tuned. */
    public static final WatchRules DEFAULT = new WatchRules(0.05, 0.005, 0.1, 16, Duration.ofMinutes(1), 200, 50);

    public WatchRules {
        if (margin >= cap) {
            throw new IllegalArgumentException("margin: less than cap=" + cap + " expected, " + margin + " found");
        }
    }
}
