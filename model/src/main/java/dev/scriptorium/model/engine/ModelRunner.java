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
import java.util.List;

/**
 * Runs batches of sequences through the network: pictures and prompts in once, then a token of each a
 * step. Owns the key-value cache, which grows as sequences need it and is the network's own: a network
 * serves one runner at a time, and a new one begins with an empty cache. Not thread-safe.
 */
final class ModelRunner {
    private final ScriptModule module;
    private final ModelConfig config;
    private final AdapterBank bank;
    private final int slots;
    private final boolean drafts;
    private int cacheLength;

    ModelRunner(Network network, AdapterBank bank, int slots) {
        module = network.module();
        config = network.config();
        this.bank = bank;
        this.slots = slots;
        drafts = network.drafts();
        module.put("cache_k", List.of());
        module.put("cache_v", List.of());
    }

    /**
     * Encodes pictures of one shape with the prompt and the adapter they share and takes each sequence's first token.
     *
     * @param firstSlot the slot of the first sequence; the others follow
     */
    void prefill(List<Sequence> sequences, int firstSlot) {
        Sequence first = sequences.get(0);
        bank.choose(first.adapter());
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray vision = encode(sequences, temporary);
            NDArray ids = temporary.create(widen(first.prompt().ids()));
            NDArray embedded = module.infer(
                            "embed_with_images", ids, vision, first.prompt().imageStart())
                    .tensor(temporary);
            List<int[]> proposals = proposals(sequences);
            int guesses = longest(proposals);
            reserve(first.prompt().length() + 1 + guesses);
            NDArray logits = guesses == 0
                    ? module.infer("prefill", embedded, firstSlot).tensor(temporary)
                    : module.infer("prefill_guessed", embedded, guesses(proposals, guesses, temporary), firstSlot)
                            .tensor(temporary);
            choose(sequences, proposals, logits, temporary);
        }
    }

    /** Gives every sequence, slot 0 onwards, one more token, and those that it proposes and the network confirms. */
    void decode(List<Sequence> sequences) {
        List<int[]> proposals = proposals(sequences);
        int guesses = longest(proposals);
        int length = 1
                + guesses
                + sequences.stream().mapToInt(Sequence::position).max().orElseThrow();
        reserve(length);
        bank.choose(sequences.stream().map(Sequence::adapter).toList());
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray last = temporary.create(
                    sequences.stream().mapToLong(Sequence::lastToken).toArray(), new Shape(sequences.size(), 1));
            NDArray ids = guesses == 0 ? last : last.concat(guesses(proposals, guesses, temporary), 1);
            NDArray positions = temporary.create(
                    sequences.stream().mapToLong(Sequence::position).toArray());
            NDArray logits =
                    module.infer("decode_guessed", ids, positions, length).tensor(temporary);
            choose(sequences, proposals, logits, temporary);
        }
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
                            temporary.create(widen(fed)),
                            vision,
                            sequence.prompt().imageStart())
                    .tensor(temporary);
            NDArray answers = temporary.create(widen(answer)).expandDims(0);
            return module.infer("log_probabilities", embedded, answers)
                    .tensor(temporary)
                    .toFloatArray();
        }
    }

    /** The cache follows a sequence to another slot. */
    void move(Scheduler.Move move, Sequence sequence) {
        module.infer("move_slot", move.source(), move.target(), sequence.position())
                .discard();
    }

    private void reserve(int length) {
        if (length > cacheLength) {
            // guesses of one sequence beside a longer one's answer may reach behind the last position
            int grown =
                    Math.max(length, Math.min(2 * cacheLength, config.decoder().maxPositions()));
            cacheLength = (int)
                    module.train("grow_cache", slots, grown, config.decoder().width())
                            .number();
        }
    }

    /** What each sequence proposes; where there is no draft, nothing. */
    private static List<int[]> proposals(List<Sequence> sequences) {
        return sequences.stream().map(Sequence::propose).toList();
    }

    private static int longest(List<int[]> proposals) {
        return proposals.stream().mapToInt(proposal -> proposal.length).max().orElse(0);
    }

    /** (B, G), shorter proposals filled up with some token: what is behind a proposal is not looked at. */
    private static NDArray guesses(List<int[]> proposals, int width, NDManager temporary) {
        long[] ids = new long[proposals.size() * width];
        for (int row = 0; row < proposals.size(); row++) {
            int[] proposal = proposals.get(row);
            for (int i = 0; i < proposal.length; i++) {
                ids[row * width + i] = proposal[i];
            }
        }
        return temporary.create(ids, new Shape(proposals.size(), width));
    }

    /** Logits hold as many rows for each sequence as the longest proposal asks for: one more than it is long. */
    private void choose(List<Sequence> sequences, List<int[]> proposals, NDArray logits, NDManager temporary) {
        int stride = 1 + longest(proposals);
        List<Long> rows = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        for (int row = 0; row < sequences.size(); row++) {
            for (int id : sequences.get(row).banned()) {
                rows.add((long) row * stride);
                ids.add((long) id);
            }
        }
        List<NDArray> chosen = module.infer("choose_greedy", logits, tensor(temporary, rows), tensor(temporary, ids))
                .tensors(temporary);
        long[] tokens = chosen.get(0).toLongArray();
        float[] logProbabilities = chosen.get(1).toFloatArray();
        for (int row = 0; row < sequences.size(); row++) {
            sequences.get(row).take(proposals.get(row), tokens, logProbabilities, row * stride);
        }
    }

    private NDArray encode(List<Sequence> sequences, NDManager temporary) {
        Picture first = sequences.get(0).picture();
        if (first instanceof Picture.Line) {
            NDArray pictures = views(lines(sequences, temporary), temporary);
            if (drafts) {
                draft(sequences, pictures, temporary);
            }
            return module.infer("lay_out", pictures).tensor(temporary);
        }
        NDArray[] pages = sequences.stream()
                .map(sequence -> encode(((Picture.Page) sequence.picture()).views(), temporary))
                .toArray(NDArray[]::new);
        return pages.length == 1
                ? pages[0]
                : module.infer("join", (Object) pages).tensor(temporary);
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

    private NDArray encode(PageViews page, NDManager temporary) {
        NDArray global = views(pixels(List.of(page.global()), temporary), temporary);
        if (page.tiles().isEmpty()) {
            return module.infer("lay_out", global).tensor(temporary);
        }
        NDArray tiles = views(pixels(page.tiles(), temporary), temporary);
        return module.infer("lay_out_tiled", global, tiles, page.columns(), page.rows())
                .tensor(temporary);
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

    private static NDArray pixels(List<RgbImage> images, NDManager temporary) {
        int width = images.get(0).width();
        int height = images.get(0).height();
        FloatBuffer buffer = FloatBuffer.allocate(images.size() * 3 * height * width);
        images.forEach(image -> ImageNormalizer.normalize(image, buffer));
        return temporary.create(buffer.array(), new Shape(images.size(), 3, height, width));
    }

    private static NDArray tensor(NDManager manager, List<Long> values) {
        return manager.create(values.stream().mapToLong(Long::longValue).toArray());
    }

    private static long[] widen(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }
}
