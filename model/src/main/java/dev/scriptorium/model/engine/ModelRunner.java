package dev.scriptorium.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.decoder.Draft;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.TensorShapes;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Runs batches of sequences through the network: pictures and prompts in once, then a token of each a
 * step. Keys and values lie where a {@link BlockPool} says, in memory that is taken at the start and kept. It is the
 * network's own: a network serves one runner at a time, and a new one begins with an empty cache. Not thread-safe.
 */
final class ModelRunner {
    /** Pixels of views that are encoded together: one of Base mode, or two tiles. */
    private static final long LOT_PIXELS = 1024L * 1024;

    /** A GPU has room for more at a time, and needs more to be busy. */
    static final long GPU_LOT_PIXELS = 16 * LOT_PIXELS;

    /** Tokens of prompts that go in together. */
    private static final int PROMPT_TOKENS = 1024;

    static final int GPU_PROMPT_TOKENS = 4 * PROMPT_TOKENS;

    private final ScriptModule module;
    private final ModelConfig config;
    private final AdapterBank bank;
    private final BlockPool pool;
    private final boolean drafts;

    /**
     * @param bank holds the adapters of all sequences
     * @param pool empty; the runner takes blocks, the caller gives them back
     */
    ModelRunner(Network network, AdapterBank bank, BlockPool pool) {
        module = network.module();
        config = network.config();
        this.bank = bank;
        this.pool = pool;
        drafts = network.drafts();
        module.train(
                        "make_cache",
                        pool.shape().blocks(),
                        pool.shape().length(),
                        config.decoder().width())
                .discard();
    }

    /** Encodes lines of one width that share prompt and adapter, and takes each sequence's first token. */
    void prefillLines(List<Sequence> sequences) {
        bank.choose(sequences.get(0).adapter());
        try (NDManager temporary = module.manager().newSubManager()) {
            prefill(sequences, encode(sequences, temporary), temporary);
        }
    }

    /** Begins to take in pages of one shape that share prompt and adapter. */
    Intake take(List<Sequence> pages) {
        long pixels = module.device().isGpu() ? GPU_LOT_PIXELS : LOT_PIXELS;
        return new Intake(module.manager().newSubManager(), pages, pixels);
    }

    /**
     * Does the next bounded piece of an intake: a lot of views, or the prompts of some pages once all are encoded.
     *
     * @return the sequences that are in the cache now and have their first token
     */
    List<Sequence> advance(Intake intake) {
        bank.choose(intake.sequences().iterator().next().adapter());
        if (!intake.encoded()) {
            intake.encodeLot(this::encodeViews);
            return List.of();
        }
        Map<Sequence, List<NDArray>> pages = intake.next(module.device().isGpu() ? GPU_PROMPT_TOKENS : PROMPT_TOKENS);
        pool.setAside(intake.blocks(pool.shape()));
        List<Sequence> sequences = List.copyOf(pages.keySet());
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray[] vision = pages.entrySet().stream()
                    .map(page -> layOut(page.getKey(), page.getValue(), temporary))
                    .toArray(NDArray[]::new);
            prefill(sequences, join(vision, temporary), temporary);
        }
        pages.values().forEach(views -> views.forEach(NDArray::close));
        return sequences;
    }

    /** vision (B, V, H) of prompts of one length goes into new blocks. */
    private void prefill(List<Sequence> sequences, NDArray vision, NDManager temporary) {
        Sequence first = sequences.get(0);
        NDArray ids = module.numbers(temporary, widen(first.prompt().ids()));
        NDArray embedded = module.infer(
                        "embed_with_images", ids, vision, first.prompt().imageStart())
                .tensor(temporary);
        int room = roomBehind(first.prompt().length(), sequences.size());
        List<int[]> proposals = proposals(sequences, room);
        int guesses = longest(proposals);
        int firstBlock = pool.used();
        for (Sequence sequence : sequences) {
            if (!pool.reserve(sequence, first.prompt().length() + guesses)) {
                throw new IllegalStateException("KV memory: room for an admitted prompt of "
                        + first.prompt().length() + " tokens expected, " + pool.free() + " blocks found");
            }
        }
        NDArray logits = guesses == 0
                ? module.infer("prefill", embedded, firstBlock).tensor(temporary)
                : module.infer("prefill_guessed", embedded, guessed(proposals, guesses, temporary), firstBlock)
                        .tensor(temporary);
        NDArray bans = module.numbers(temporary, bans(sequences, 1 + guesses).toArray());
        take(sequences, proposals, module.infer("chosen", logits, bans).tensor(temporary));
    }

    /** (B, G) */
    private NDArray guessed(List<int[]> proposals, int width, NDManager temporary) {
        long[] ids = proposals.stream()
                .flatMapToLong(proposal -> guesses(proposal, width))
                .toArray();
        return module.numbers(temporary, ids).reshape(proposals.size(), width);
    }

    /** How many positions each of some sequences may take behind its prompt. */
    private int roomBehind(int prompt, int sequences) {
        return pool.free() / sequences * pool.shape().length() - prompt;
    }

    /**
     * Takes the memory that {@link #decode} needs for these sequences.
     *
     * @return false if there is too little; what was taken stays with its sequence
     */
    boolean reserve(List<Sequence> sequences) {
        int width = 1 + longest(proposals(sequences, Integer.MAX_VALUE));
        return sequences.stream().allMatch(sequence -> pool.reserve(sequence, sequence.position() + width));
    }

    /**
     * Gives every sequence one more token, and those that it proposes and the network confirms.
     *
     * @param running all that hold blocks, which are {@linkplain #reserve reserved}
     */
    void decode(List<Sequence> running) {
        List<Sequence> sequences = running.stream()
                .sorted(Comparator.comparing(sequence -> pool.of(sequence).get(0)))
                .toList();
        List<int[]> proposals = proposals(sequences, Integer.MAX_VALUE);
        int guesses = longest(proposals);
        bank.choose(sequences.stream().map(Sequence::adapter).toList());
        int most = pool.used() == sequences.size()
                ? 0
                : sequences.stream().mapToInt(it -> pool.of(it).size()).max().orElseThrow();
        int length = 1
                + guesses
                + sequences.stream().mapToInt(Sequence::position).max().orElseThrow();
        LongStream.Builder numbers = LongStream.builder();
        for (int row = 0; row < sequences.size(); row++) {
            numbers.add(sequences.get(row).lastToken());
            guesses(proposals.get(row), guesses).forEach(numbers::add);
        }
        sequences.forEach(sequence -> numbers.add(sequence.position()));
        if (most > 0) {
            addBlocks(sequences, most, numbers);
        }
        bans(sequences, 1 + guesses).forEach(numbers::add);
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray step = module.numbers(temporary, numbers.build().toArray());
            take(
                    sequences,
                    proposals,
                    module.infer(
                                    "next_tokens",
                                    step,
                                    sequences.size(),
                                    1 + guesses,
                                    length,
                                    most,
                                    most == 0 ? 0 : pool.used())
                            .tensor(temporary));
        }
    }

    /** Where some sequence fills several blocks: which each has, whose each is, and where the first says so. */
    private void addBlocks(List<Sequence> sequences, int most, LongStream.Builder numbers) {
        long[] table = new long[sequences.size() * most];
        long[] owner = new long[pool.used()];
        long[] entry = new long[pool.used()];
        for (int row = 0; row < sequences.size(); row++) {
            List<Integer> blocks = pool.of(sequences.get(row));
            for (int i = 0; i < blocks.size(); i++) {
                table[row * most + i] = blocks.get(i);
                owner[blocks.get(i)] = row;
                entry[blocks.get(i)] = (long) row * most + i;
            }
        }
        Stream.of(table, owner, entry).flatMapToLong(Arrays::stream).forEach(numbers::add);
    }

    /**
     * Log-probability of each token of an answer that is given, as {@link #decode} would find it token by token. The
     * cache is left alone.
     *
     * @param sequence what is asked; it takes no token
     * @param answer at least one token
     */
    float[] logProbabilities(Sequence sequence, int[] answer) {
        int[] prompt = sequence.prompt().ids();
        int[] fed = Arrays.copyOf(prompt, prompt.length + answer.length - 1);
        System.arraycopy(answer, 0, fed, prompt.length, answer.length - 1);
        bank.choose(sequence.adapter());
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray vision = encode(List.of(sequence), temporary);
            NDArray embedded = module.infer(
                            "embed_with_images",
                            module.numbers(temporary, widen(fed)),
                            vision,
                            sequence.prompt().imageStart())
                    .tensor(temporary);
            NDArray answers = module.numbers(temporary, widen(answer)).expandDims(0);
            return module.infer("log_probabilities", embedded, answers)
                    .tensor(temporary)
                    .toFloatArray();
        }
    }

    /** What a block holds follows its sequence to another. */
    void move(BlockPool.Move move) {
        int kept = Math.min(
                pool.shape().length(),
                move.sequence().position() - move.index() * pool.shape().length());
        if (kept > 0) {
            module.infer("move_block", move.source(), move.target(), kept).discard();
        }
    }

    /** What each sequence proposes, so many tokens at most; where there is no draft, nothing. */
    private static List<int[]> proposals(List<Sequence> sequences, int most) {
        return sequences.stream()
                .map(Sequence::propose)
                .map(proposal -> proposal.length <= most ? proposal : Arrays.copyOf(proposal, most))
                .toList();
    }

    private static int longest(List<int[]> proposals) {
        return proposals.stream().mapToInt(proposal -> proposal.length).max().orElse(0);
    }

    /** A proposal filled up with some token: what is behind it is not looked at. */
    private static LongStream guesses(int[] proposal, int width) {
        return Arrays.stream(Arrays.copyOf(proposal, width)).asLongStream();
    }

    /** What may not be written next: rows of the logits, then as many ids. */
    private static LongStream bans(List<Sequence> sequences, int stride) {
        LongStream.Builder rows = LongStream.builder();
        LongStream.Builder ids = LongStream.builder();
        for (int row = 0; row < sequences.size(); row++) {
            for (int id : sequences.get(row).banned()) {
                rows.add((long) row * stride);
                ids.add(id);
            }
        }
        return LongStream.concat(rows.build(), ids.build());
    }

    /** chosen (2, rows) holds as many rows for each sequence as the longest proposal asks for: one more than it is long. */
    private static void take(List<Sequence> sequences, List<int[]> proposals, NDArray chosen) {
        int stride = 1 + longest(proposals);
        double[] numbers = chosen.toDoubleArray();
        int rows = numbers.length / 2;
        long[] tokens = new long[rows];
        float[] logProbabilities = new float[rows];
        for (int row = 0; row < rows; row++) {
            tokens[row] = (long) numbers[row];
            logProbabilities[row] = (float) numbers[rows + row];
        }
        for (int row = 0; row < sequences.size(); row++) {
            sequences.get(row).take(proposals.get(row), tokens, logProbabilities, row * stride);
        }
    }

    private NDArray encode(List<Sequence> sequences, NDManager temporary) {
        if (sequences.get(0).picture() instanceof Picture.Line) {
            NDArray pictures = views(lines(sequences, temporary), temporary);
            if (drafts) {
                draft(sequences, pictures, temporary);
            }
            return module.infer("lay_out", pictures).tensor(temporary);
        }
        Sequence page = sequences.get(0);
        PageViews views = ((Picture.Page) page.picture()).views();
        List<NDArray> encoded = new ArrayList<>(encodeViews(List.of(views.global()), temporary));
        if (!views.tiles().isEmpty()) {
            encoded.addAll(encodeViews(views.tiles(), temporary));
        }
        return layOut(page, encoded, temporary);
    }

    /** @return each view's tokens, (1, h, w, H) */
    private List<NDArray> encodeViews(List<RgbImage> images, NDManager owner) {
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray encoded = views(pixels(images, temporary), temporary);
            return IntStream.range(0, images.size())
                    .mapToObj(i -> module.infer("one_of", encoded, i).tensor(owner))
                    .toList();
        }
    }

    /** @param views of a page: the global one, then its tiles */
    private NDArray layOut(Sequence sequence, List<NDArray> views, NDManager temporary) {
        if (views.size() == 1) {
            return module.infer("lay_out", views.get(0)).tensor(temporary);
        }
        PageViews page = ((Picture.Page) sequence.picture()).views();
        NDArray tiles = join(views.subList(1, views.size()).toArray(NDArray[]::new), temporary);
        return module.infer("lay_out_tiled", views.get(0), tiles, page.columns(), page.rows())
                .tensor(temporary);
    }

    private NDArray join(NDArray[] parts, NDManager temporary) {
        return parts.length == 1
                ? parts[0]
                : module.infer("join", (Object) parts).tensor(temporary);
    }

    /** Frames behind a line's own pixels see only padding and are left out. */
    private void draft(List<Sequence> sequences, NDArray pictures, NDManager temporary) {
        long[] frames = module.infer("draft", pictures).tensor(temporary).toLongArray();
        int stride = frames.length / sequences.size();
        for (int row = 0; row < sequences.size(); row++) {
            LineCanvas canvas = ((Picture.Line) sequences.get(row).picture()).canvas();
            int tokens = -Math.floorDiv(-canvas.width(), config.sam().tokenWidth());
            int from = row * stride;
            int to = from + Math.min(stride, tokens * TensorShapes.FRAMES_A_TOKEN);
            sequences
                    .get(row)
                    .guess(Draft.ofFrames(frames, from, to, config.decoder().vocabulary()));
        }
    }

    /** (B, 3, H, W) -> (B, h, w, hidden). */
    private NDArray views(NDArray pixels, NDManager temporary) {
        return module.infer("encode", pixels).tensor(temporary);
    }

    private static NDArray lines(List<Sequence> sequences, NDManager temporary) {
        Picture.Shape shape = sequences.get(0).picture().shape();
        FloatBuffer buffer = FloatBuffer.allocate(sequences.size() * 3 * shape.height() * shape.width());
        sequences.forEach(
                sequence -> ((Picture.Line) sequence.picture()).canvas().normalize(buffer));
        return temporary.create(buffer.array(), new Shape(sequences.size(), 3, shape.height(), shape.width()));
    }

    /** A GPU is sent samples, a quarter of the bytes, and makes numbers of them itself. */
    private NDArray pixels(List<RgbImage> images, NDManager temporary) {
        int width = images.get(0).width();
        int height = images.get(0).height();
        if (module.device().isGpu()) {
            NDArray samples = module.bytes(
                    temporary,
                    images.stream().map(RgbImage::samples).toList(),
                    new Shape(images.size(), height, width, 3));
            return module.infer("pixels", samples, temporary.create(ImageNormalizer.scale()))
                    .tensor(temporary);
        }
        FloatBuffer buffer = FloatBuffer.allocate(images.size() * 3 * height * width);
        images.forEach(image -> ImageNormalizer.normalize(image, buffer));
        return temporary.create(buffer.array(), new Shape(images.size(), 3, height, width));
    }

    private static long[] widen(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }
}
