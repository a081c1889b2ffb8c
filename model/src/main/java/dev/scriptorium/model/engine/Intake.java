package dev.scriptorium.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pages of one shape, prompt and adapter on their way in. Their views are encoded in lots of one size, whichever page they
 * are of, then their prompts go in. Each piece of work is so small that sequences which run meanwhile do not wait long.
 *
 * <p>Owns what is encoded and not yet in the cache. Not thread-safe.
 */
final class Intake implements AutoCloseable {
    private final NDManager owner;
    private final long lotPixels;
    /** Those that are not in the cache yet, in order of admission, with what is encoded of each: global view, tiles. */
    private final Map<Sequence, List<NDArray>> pages = new LinkedHashMap<>();

    private final Deque<View> views = new ArrayDeque<>();

    /** A view that is not encoded yet. */
    private record View(Sequence sequence, RgbImage image) {}

    /**
     * @param owner of what is encoded; closed with this
     * @param lotPixels pixels that are encoded together, at most, unless a single view has more
     */
    Intake(NDManager owner, List<Sequence> sequences, long lotPixels) {
        this.owner = owner;
        this.lotPixels = lotPixels;
        for (Sequence sequence : sequences) {
            pages.put(sequence, new ArrayList<>());
            views.add(new View(sequence, views(sequence).global()));
        }
        for (Sequence sequence : sequences) {
            views(sequence).tiles().forEach(tile -> views.add(new View(sequence, tile)));
        }
    }

    /** Encodes views of one size. */
    @FunctionalInterface
    interface Encoder {
        /** Gives one tensor a view, (1, h, w, H), owned by {@code owner}. */
        List<NDArray> encode(List<RgbImage> views, NDManager owner);
    }

    /** The sequences that are not in the cache yet; the one admitted first comes first. */
    Collection<Sequence> sequences() {
        return Collections.unmodifiableCollection(pages.keySet());
    }

    /** Blocks that their prompts will fill. */
    int blocks(KvShape shape) {
        return pages.keySet().stream()
                .mapToInt(sequence -> shape.blocksOf(sequence.prompt().length() + 1))
                .sum();
    }

    boolean encoded() {
        return views.isEmpty();
    }

    /** Encodes the next views. */
    void encodeLot(Encoder encoder) {
        List<View> lot = new ArrayList<>();
        long pixels = 0;
        while (!views.isEmpty() && (lot.isEmpty() || joins(lot.get(0), views.peek(), pixels))) {
            View view = views.remove();
            lot.add(view);
            pixels += pixels(view.image());
        }
        List<NDArray> encoded = encoder.encode(lot.stream().map(View::image).toList(), owner);
        for (int i = 0; i < lot.size(); i++) {
            pages.get(lot.get(i).sequence()).add(encoded.get(i));
        }
    }

    private boolean joins(View first, View next, long pixels) {
        return first.image().width() == next.image().width()
                && first.image().height() == next.image().height()
                && pixels + pixels(next.image()) <= lotPixels;
    }

    /** Takes out sequences whose prompts make no more tokens together than given, but at least one. */
    Map<Sequence, List<NDArray>> next(int tokens) {
        Map<Sequence, List<NDArray>> next = new LinkedHashMap<>();
        for (Map.Entry<Sequence, List<NDArray>> page : List.copyOf(pages.entrySet())) {
            if (!next.isEmpty() && (next.size() + 1) * page.getKey().prompt().length() > tokens) {
                break;
            }
            next.put(page.getKey(), page.getValue());
            pages.remove(page.getKey());
        }
        return next;
    }

    /** Forgets a sequence; the others go on. */
    void drop(Sequence sequence) {
        if (pages.remove(sequence) != null) {
            views.removeIf(view -> view.sequence() == sequence);
        }
    }

    boolean isEmpty() {
        return pages.isEmpty();
    }

    @Override
    public void close() {
        owner.close();
    }

    private static PageViews views(Sequence sequence) {
        return ((Picture.Page) sequence.picture()).views();
    }

    private static long pixels(RgbImage image) {
        return (long) image.width() * image.height();
    }
}
