package dev.scriptorium.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.ScriptModule;
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
    private int cacheLength;

    ModelRunner(Network network, AdapterBank bank, int slots) {
        module = network.module();
        config = network.config();
        this.bank = bank;
        this.slots = slots;
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
        reserve(first.prompt().length() + 1);
        bank.choose(first.adapter());
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray vision = encode(sequences, temporary);
            NDArray ids = temporary.create(widen(first.prompt().ids()));
            NDArray embedded = module.infer(
                            "embed_with_images", ids, vision, first.prompt().imageStart())
                    .tensor(temporary);
            NDArray logits = module.infer("prefill", embedded, firstSlot).tensor(temporary);
            choose(sequences, logits, temporary);
        }
    }

    /** Gives every sequence, slot 0 onwards, one more token. */
    void decode(List<Sequence> sequences) {
        int length = 1 + sequences.stream().mapToInt(Sequence::position).max().orElseThrow();
        reserve(length);
        bank.choose(sequences.stream().map(Sequence::adapter).toList());
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray ids = temporary.create(
                    sequences.stream().mapToLong(Sequence::lastToken).toArray());
            NDArray positions = temporary.create(
                    sequences.stream().mapToLong(Sequence::position).toArray());
            NDArray logits = module.infer("decode", ids, positions, length).tensor(temporary);
            choose(sequences, logits, temporary);
        }
    }

    /** The cache follows a sequence to another slot. */
    void move(Scheduler.Move move, Sequence sequence) {
        module.infer("move_slot", move.source(), move.target(), sequence.position())
                .discard();
    }

    private void reserve(int length) {
        if (length > cacheLength) {
            int grown =
                    Math.min(Math.max(length, 2 * cacheLength), config.decoder().maxPositions());
            cacheLength = (int)
                    module.train("grow_cache", slots, grown, config.decoder().width())
                            .number();
        }
    }

    private void choose(List<Sequence> sequences, NDArray logits, NDManager temporary) {
        List<Long> rows = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        for (int row = 0; row < sequences.size(); row++) {
            for (int id : sequences.get(row).banned()) {
                rows.add((long) row);
                ids.add((long) id);
            }
        }
        List<NDArray> chosen = module.infer("choose_greedy", logits, tensor(temporary, rows), tensor(temporary, ids))
                .tensors(temporary);
        long[] tokens = chosen.get(0).toLongArray();
        float[] logProbabilities = chosen.get(1).toFloatArray();
        for (int row = 0; row < tokens.length; row++) {
            sequences.get(row).take((int) tokens[row], logProbabilities[row]);
        }
    }

    private NDArray encode(List<Sequence> sequences, NDManager temporary) {
        Picture first = sequences.get(0).picture();
        if (first instanceof Picture.Line) {
            return module.infer("lay_out", views(lines(sequences, temporary), temporary))
                    .tensor(temporary);
        }
        NDArray[] pages = sequences.stream()
                .map(sequence -> encode(((Picture.Page) sequence.picture()).views(), temporary))
                .toArray(NDArray[]::new);
        return pages.length == 1
                ? pages[0]
                : module.infer("join", (Object) pages).tensor(temporary);
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
