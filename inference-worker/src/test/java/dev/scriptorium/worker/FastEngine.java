package dev.scriptorium.worker;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishReason;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.PageEngine;
import dev.scriptorium.model.engine.PageFailure;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.PageRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A recognizer that takes the image's bytes for its text. It has a few places; a page keeps one for 2 to
 * 90 ms, so pages finish in another order than they came.
 */
final class FastEngine implements PageEngine {

    /** A page that says this ends the process, as a fault in native code does. */
    static final String HALT = "halt";
    /** A page that says this breaks the engine. */
    static final String BREAK = "break";

    private record Working(PageRequest page, long finishNanos) {}

    private final Random random;
    private final int places;
    private final Queue<Map.Entry<Long, PageRequest>> waiting = new ArrayDeque<>();
    private final Map<Long, Working> working = new LinkedHashMap<>();

    FastEngine(long seed, int places) {
        this.random = new Random(seed);
        this.places = places;
    }

    @Override
    public void add(long ticket, PageRequest page) {
        waiting.add(Map.entry(ticket, page));
    }

    @Override
    public List<FinishedPage> step() {
        while (working.size() < places && !waiting.isEmpty()) {
            Map.Entry<Long, PageRequest> next = waiting.remove();
            long nanos = TimeUnit.MILLISECONDS.toNanos(2 + random.nextInt(89));
            working.put(next.getKey(), new Working(next.getValue(), System.nanoTime() + nanos));
        }
        if (!working.isEmpty()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        List<FinishedPage> finished = new ArrayList<>();
        long now = System.nanoTime();
        for (Iterator<Map.Entry<Long, Working>> it = working.entrySet().iterator(); it.hasNext(); ) {
            Map.Entry<Long, Working> entry = it.next();
            if (now - entry.getValue().finishNanos() >= 0) {
                finished.add(new FinishedPage(
                        entry.getKey(), outcome(entry.getValue().page())));
                it.remove();
            }
        }
        return finished;
    }

    private static PageOutcome outcome(PageRequest page) {
        if (!page.image().hasRemaining()) {
            return new PageOutcome.Failed(
                    PageFailure.UNDECODABLE, "page " + page.pageId() + ": an image expected, 0 bytes found");
        }
        String text = StandardCharsets.UTF_8.decode(page.image().duplicate()).toString();
        if (text.equals(HALT)) {
            Runtime.getRuntime().halt(139);
        }
        if (text.equals(BREAK)) {
            throw new IllegalStateException("engine: a page that can be computed expected");
        }
        return new PageOutcome.Read(new PageReading(
                text,
                List.of(),
                FinishReason.OK,
                1,
                Mode.TINY,
                1,
                1,
                text.length(),
                1,
                "",
                new PageReading.Timing(0, 0, 0),
                1,
                0,
                1));
    }

    @Override
    public void cancel(long ticket) {
        waiting.removeIf(entry -> entry.getKey() == ticket);
        working.remove(ticket);
    }

    @Override
    public int inFlight() {
        return waiting.size() + working.size();
    }

    @Override
    public String modelDigest() {
        return "0".repeat(64);
    }

    @Override
    public void close() {}
}
