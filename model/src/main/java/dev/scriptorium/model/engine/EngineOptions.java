package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How an engine runs.
 *
 * @param slots sequences decoded together, at most: pages for page models, lines for line models
 * @param maxNewTokens answer tokens after which a page counts as cut
 * @param ngramRule which repetitions may not be written
 * @param maxPixels pixels of a page above which it is refused from its header
 * @param pageTimeout time in the engine after which a page is given up
 * @param retries how often a page is read whose text is cut, loops, or is missing
 * @param kvMemory bytes for keys and values; without it as much as all slots can use, if it is free
 */
public record EngineOptions(
        int slots,
        int maxNewTokens,
        NgramRule ngramRule,
        long maxPixels,
        Duration pageTimeout,
        Ladder.Limits retries,
        OptionalLong kvMemory) {
    private static final int LINE_SLOTS = 64;
    private static final int PAGE_SLOTS = 4;
    /** A GPU reads all its weights for a few sequences as it does for many. */
    private static final int GPU_LINE_SLOTS = 256;

    private static final int GPU_PAGE_SLOTS = 64;

    public EngineOptions {
        Objects.requireNonNull(ngramRule, "ngramRule");
        Objects.requireNonNull(pageTimeout, "pageTimeout");
        Objects.requireNonNull(retries, "retries");
        Objects.requireNonNull(kvMemory, "kvMemory");
        if (slots < 1 || maxNewTokens < 1 || maxPixels < 1) {
            throw new IllegalArgumentException("engine: slots, maxNewTokens and maxPixels >= 1 expected, " + slots
                    + ", " + maxNewTokens + ", " + maxPixels + " found");
        }
    }

    /** With as much memory for keys and values as all slots can use, if it is free. */
    public EngineOptions(
            int slots,
            int maxNewTokens,
            NgramRule ngramRule,
            long maxPixels,
            Duration pageTimeout,
            Ladder.Limits retries) {
        this(slots, maxNewTokens, ngramRule, maxPixels, pageTimeout, retries, OptionalLong.empty());
    }

    /** Reads every page once. */
    public EngineOptions(int slots, int maxNewTokens, NgramRule ngramRule, long maxPixels, Duration pageTimeout) {
        this(slots, maxNewTokens, ngramRule, maxPixels, pageTimeout, Ladder.Limits.ONCE);
    }

    /** The same with further readings of what goes wrong; without them a model is measured as it is. */
    public EngineOptions retrying(Ladder.Limits limits) {
        return new EngineOptions(slots, maxNewTokens, ngramRule, maxPixels, pageTimeout, limits, kvMemory);
    }

    /** The same with so many bytes for keys and values; without a number as much as all slots can use, if it is free. */
    public EngineOptions keeping(OptionalLong bytes) {
        return new EngineOptions(slots, maxNewTokens, ngramRule, maxPixels, pageTimeout, retries, bytes);
    }

    /**
     * What suits a checkpoint on a CPU: lines are short and many and need no n-gram rule, pages are
     * long and few and need one. Each is read once.
     *
     * @param slots sequences decoded together, if not 64 lines or 4 pages
     */
    public static EngineOptions suiting(
            ModelConfig config, Optional<Integer> slots, int maxNewTokens, Duration pageTimeout) {
        return suiting(config, Compute.cpu(DType.F32), slots, maxNewTokens, pageTimeout);
    }

    /** The same wherever is computed: on a GPU 256 lines or 64 pages. */
    public static EngineOptions suiting(
            ModelConfig config, Compute compute, Optional<Integer> slots, int maxNewTokens, Duration pageTimeout) {
        boolean lines = config.unit() == ModelConfig.Unit.LINE;
        int suitable = compute.onCpu() ? (lines ? LINE_SLOTS : PAGE_SLOTS) : (lines ? GPU_LINE_SLOTS : GPU_PAGE_SLOTS);
        return new EngineOptions(
                slots.orElse(suitable),
                maxNewTokens,
                lines ? new NgramRule.Off() : NgramRule.READING,
                ImageDecoder.DEFAULT_MAX_PIXELS,
                pageTimeout);
    }
}
