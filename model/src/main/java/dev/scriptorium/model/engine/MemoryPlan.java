package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.PackedWeights;
import dev.scriptorium.model.weights.TensorShapes;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an engine will take of the memory, decided before it takes any. All in bytes but the positions.
 *
 * @param weights of the checkpoint in the type that is computed in, and {@linkplain PackedWeights packed copies}
 * @param keysAndValues one pool for all sequences, taken at the start
 * @param positions tokens of prompts and answers that the pool holds
 * @param block positions that are given to a sequence at a time
 * @param working an upper estimate of what encoder and decoder need for a moment, and of what the process itself needs
 * @param adapters two sets of matrices of a usual rank: what is read with, and what is about to replace it
 * @param free what there was before
 */
public record MemoryPlan(
        long weights, long keysAndValues, long positions, int block, long working, long adapters, long free) {
    /** Text around the picture, with room to spare. */
    private static final int QUESTION = 32;

    /** Vision tokens of a page in Base mode, the one that a page should at least be read in. */
    private static final int BASE_PROMPT = 273;

    /** Vision tokens of a page in Gundam mode with the most tiles, the longest there is. */
    private static final int LONGEST_PROMPT = 1_273;

    /** Of free memory, a part stays free: others live on the machine, too. */
    private static final double KEPT_FREE = 0.1;

    private static final long PAGE_PROCESS = 512L << 20;
    private static final long LINE_PROCESS = 128L << 20;
    private static final long GPU_PROCESS = 2L << 30;

    /** Patches of a view of 1280 x 1280 pixels, the most that are encoded together. */
    private static final long LARGEST_VIEW = 80L * 80;

    /** Scores of attention before, in and after the softmax. */
    private static final long SCORE_COPIES = 3;

    /** Numbers that a vision block keeps at once for each of its channels and places: its input, MLP and their copies. */
    private static final int COPIES = 20;

    private static final int ADAPTER_RANK = 16;

    /**
     * Makes a plan.
     *
     * @param free memory that can be taken
     * @throws MemoryPlanException if not everything that is needed fits
     */
    static MemoryPlan of(Checkpoint checkpoint, Compute compute, EngineOptions options, long free) {
        DType type = compute.type();
        long weights = checkpoint.names().stream()
                .mapToLong(name -> elements(checkpoint.entry(name).shape()) * type.bytes())
                .sum();
        if (PackedWeights.wanted(checkpoint, compute)) {
            weights += PackedWeights.bytes(checkpoint);
        }
        return of(checkpoint.config(), compute, weights, options, free);
    }

    static MemoryPlan of(ModelConfig config, Compute compute, long weights, EngineOptions options, long free) {
        DType type = compute.type();
        long working = compute.onCpu() ? working(config, type) : workingOnGpu(config, type, options);
        long adapters = adapters(config, type);
        KvShape block = new KvShape(1, KvShape.blockLength(config));
        long blockBytes = block.bytes(config, type);
        boolean lines = config.unit() == ModelConfig.Unit.LINE;
        long least = block.blocksOf(lines ? 1 : positions(config, options, BASE_PROMPT));
        long most = (long) options.slots() * block.blocksOf(lines ? 1 : positions(config, options, LONGEST_PROMPT));
        long left = free - weights - working - adapters;
        long blocks = options.kvMemory().isPresent()
                ? options.kvMemory().getAsLong() / blockBytes
                : Math.min(most, (long) (Math.max(0, left) * (1 - KEPT_FREE)) / blockBytes);
        blocks = Math.min(blocks, Integer.MAX_VALUE);
        MemoryPlan plan = new MemoryPlan(
                weights, blocks * blockBytes, blocks * block.length(), block.length(), working, adapters, free);
        if (blocks < least || plan.keysAndValues() > left) {
            throw new MemoryPlanException(
                    plan.refusal(Math.max(blocks, least) * blockBytes, options, least * blockBytes, lines));
        }
        return plan;
    }

    /** What the pool is cut into. */
    KvShape shape() {
        return new KvShape(Math.toIntExact(positions / block), block);
    }

    private String refusal(long keysAndValuesNeeded, EngineOptions options, long least, boolean lines) {
        String pool = options.kvMemory().isPresent()
                ? "given " + mib(options.kvMemory().getAsLong()) + ", "
                : "";
        return String.format(
                Locale.ROOT,
                "memory: %s free expected for weights %s, working memory %s, adapters %s, keys and values %s"
                        + " (%sat least %s: %s); %s found",
                mib(weights + working + adapters + keysAndValuesNeeded),
                mib(weights),
                mib(working),
                mib(adapters),
                mib(keysAndValuesNeeded),
                pool,
                mib(least),
                lines ? "one line" : "one page with an answer of " + options.maxNewTokens() + " tokens",
                mib(free));
    }

    private static String mib(long bytes) {
        return ((bytes + (1L << 20) - 1) >> 20) + " MiB";
    }

    /** Positions that a page may take with a prompt of so many vision tokens. */
    private static int positions(ModelConfig config, EngineOptions options, int visionTokens) {
        long longest = (long) visionTokens + QUESTION + options.maxNewTokens();
        return (int) Math.min(longest, config.decoder().maxPositions()) + Sequence.PROPOSED;
    }

    /** What a batch of views takes on its way, one head's attention over the largest of them, and the process around it. */
    private static long working(ModelConfig config, DType type) {
        ModelConfig.Sam sam = config.sam();
        boolean lines = config.unit() == ModelConfig.Unit.LINE;
        long canvas = (long) sam.gridHeight() * sam.gridWidth();
        long places = lines ? OcrEngine.LINES_A_BATCH * canvas : LARGEST_VIEW;
        long largest = lines ? canvas : LARGEST_VIEW;
        return (lines ? LINE_PROCESS : PAGE_PROCESS)
                + places * sam.width() * COPIES * type.bytes()
                + SCORE_COPIES * largest * largest * Float.BYTES;
    }

    /**
     * The same on a GPU: many views at once, scores in none of them; whole prompts whose every token wants one expert; logits
     * and what is made of them; CUDA itself, its libraries' own memory, and what its allocator cannot use.
     */
    private static long workingOnGpu(ModelConfig config, DType type, EngineOptions options) {
        ModelConfig.Decoder decoder = config.decoder();
        boolean lines = config.unit() == ModelConfig.Unit.LINE;
        long canvas = (long) config.sam().gridHeight() * config.sam().gridWidth();
        long patch = (long) config.sam().patch() * config.sam().patch();
        long places = lines ? OcrEngine.LINES_A_BATCH * canvas : ModelRunner.GPU_LOT_PIXELS / patch;
        long slots = (long) decoder.experts() * ModelRunner.GPU_PROMPT_TOKENS;
        long rows = Math.max(options.slots(), ModelRunner.GPU_PROMPT_TOKENS / BASE_PROMPT);
        return GPU_PROCESS
                + places * config.sam().width() * COPIES * type.bytes()
                + slots * (3L * decoder.expertWidth() + 2L * decoder.width()) * type.bytes()
                + SCORE_COPIES * rows * decoder.vocabulary() * Float.BYTES;
    }

    /** Two adapters of a usual rank on all linears of the decoder. */
    private static long adapters(ModelConfig config, DType type) {
        long sum = 0;
        for (Map.Entry<String, List<Long>> weight : TensorShapes.of(config).entrySet()) {
            if (weight.getKey().startsWith("model.layers.") && weight.getKey().endsWith("_proj.weight")) {
                sum += weight.getValue().stream().mapToLong(Long::longValue).sum();
            }
        }
        return 2 * ADAPTER_RANK * sum * type.bytes();
    }

    private static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** For logs. */
    @Override
    public String toString() {
        return "weights-bytes=" + weights + " kv-bytes=" + keysAndValues + " kv-positions=" + positions + " kv-block="
                + block + " working-bytes=" + working + " adapter-bytes=" + adapters + " free-bytes=" + free;
    }
}
