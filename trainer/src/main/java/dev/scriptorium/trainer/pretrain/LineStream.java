package dev.scriptorium.trainer.pretrain;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.trainer.draw.DrawnLine;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.NoTextDrawer;
import dev.scriptorium.trainer.draw.PoorCopy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * An endless, repeatable stream of batches. Line number k is drawn from a seed made of the run's seed
 * and k, so a resumed run goes on with exactly the lines that come next. Lines are drawn ahead on
 * other threads, several batches at a time, and sorted by width, so that short lines cost little.
 */
final class LineStream implements AutoCloseable {
    private static final int BATCHES_AHEAD = 8;
    /** Share of lines that are copied once more, carelessly. */
    private static final double POOR_COPIES = 0.16;

    private static final double POOREST_COPY = 0.5;

    private final LineDrawer drawer;
    private final NoTextDrawer noText;
    private final ModelConfig config;
    private final int batch;
    private final long seed;
    private final Curriculum curriculum;
    private final ExecutorService threads;
    private final Deque<LineBatch> ready = new ArrayDeque<>();
    private final Deque<Future<List<LineBatch>>> drawn = new ArrayDeque<>();
    private long nextGroup;

    /**
     * Starts drawing.
     *
     * @param firstStep step whose batch comes first
     * @param workers drawing threads
     */
    LineStream(
            LineDrawer drawer,
            ModelConfig config,
            int batch,
            long seed,
            Curriculum curriculum,
            long firstStep,
            int workers) {
        this.drawer = drawer;
        noText = new NoTextDrawer(drawer, false);
        this.config = config;
        this.batch = batch;
        this.seed = seed;
        this.curriculum = curriculum;
        threads = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(task, "draw-lines");
            thread.setDaemon(true);
            return thread;
        });
        nextGroup = firstStep / BATCHES_AHEAD;
        for (int i = 0; i <= workers; i++) {
            order();
        }
        int skip = (int) (firstStep % BATCHES_AHEAD);
        for (int i = 0; i < skip; i++) {
            next();
        }
    }

    /** The next step's batch; waits for the drawing if it is behind. */
    LineBatch next() {
        if (ready.isEmpty()) {
            try {
                ready.addAll(drawn.remove().get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for drawn lines", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("drawing lines failed", e.getCause());
            }
            order();
        }
        return ready.remove();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void order() {
        long group = nextGroup++;
        drawn.add(threads.submit(() -> draw(group)));
    }

    private List<LineBatch> draw(long group) {
        int lines = batch * BATCHES_AHEAD;
        List<LineBatch.Item> items = new ArrayList<>(lines);
        for (int i = 0; i < lines; i++) {
            SplittableRandom random = new SplittableRandom(mix(seed, group * lines + i));
            items.add(item(random, group * BATCHES_AHEAD));
        }
        items.sort(Comparator.comparingInt(item -> item.canvas().width()));
        List<LineBatch> batches = new ArrayList<>();
        for (int i = 0; i < lines; i += batch) {
            batches.add(new LineBatch(items.subList(i, i + batch), config));
        }
        Collections.shuffle(batches, new Random(mix(seed, -1 - group)));
        return batches;
    }

    private LineBatch.Item item(SplittableRandom random, long step) {
        if (random.nextDouble() < curriculum.nothing(step)) {
            return new LineBatch.Item(LineCanvas.fit(noText.line(random), config), "");
        }
        Curriculum.Lengths lengths = curriculum.lengths(step, random);
        DrawnLine line = drawer.draw(random, lengths.min(), lengths.max(), false);
        GrayImage pixels = random.nextDouble() < POOR_COPIES
                ? PoorCopy.of(line.pixels(), random, random.nextDouble(POOREST_COPY))
                : line.pixels();
        return new LineBatch.Item(LineCanvas.fit(pixels, config), line.text());
    }

    /** Spreads neighbouring numbers over all seeds: the finalizer of SplitMix64. */
    static long mix(long seed, long number) {
        long z = seed + number * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
