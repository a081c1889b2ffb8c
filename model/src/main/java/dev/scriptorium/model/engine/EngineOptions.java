package dev.scriptorium.model.engine;

import dev.scriptorium.model.decoder.NgramRule;
import java.time.Duration;
import java.util.Objects;

/**
 * How an engine runs.
 *
 * @param slots sequences decoded together: pages for page models, lines for line models
 * @param maxNewTokens answer tokens after which a page counts as cut
 * @param ngramRule which repetitions may not be written
 * @param maxPixels pixels of a page above which it is refused from its header
 * @param pageTimeout time in the engine after which a page is given up
 */
public record EngineOptions(int slots, int maxNewTokens, NgramRule ngramRule, long maxPixels, Duration pageTimeout) {
    public EngineOptions {
        Objects.requireNonNull(ngramRule, "ngramRule");
        Objects.requireNonNull(pageTimeout, "pageTimeout");
        if (slots < 1 || maxNewTokens < 1 || maxPixels < 1) {
            throw new IllegalArgumentException("engine: slots, maxNewTokens and maxPixels >= 1 expected, " + slots
                    + ", " + maxNewTokens + ", " + maxPixels + " found");
        }
    }
}
