package dev.scriptorium.worker.bench;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishReason;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.PageEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.PageRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A recognizer that reads one page after the other and takes the same time for each, on a device of its own: no
 * processor time goes into it. A page that waits begins at the moment at which the one before it ends, whenever
 * that is noticed. What it reads is the page's id.
 */
final class FixedCostEngine implements PageEngine {
    /** A page, and when the device will be done with it. */
    private record Working(long ticket, PageRequest page, long endNanos) {}

    private static final long LONGEST_WAIT = Duration.ofMillis(1).toNanos();

    private final long cost;
    private final Queue<Working> working = new ArrayDeque<>();
    private final AtomicInteger finished = new AtomicInteger();
    private long freeAt = System.nanoTime();

    FixedCostEngine(Duration cost) {
        this.cost = cost.toNanos();
    }

    @Override
    public void add(long ticket, PageRequest page) {
        freeAt = cost + (working.isEmpty() ? System.nanoTime() : freeAt);
        working.add(new Working(ticket, page, freeAt));
    }

    @Override
    public List<FinishedPage> step() {
        List<FinishedPage> done = new ArrayList<>();
        if (working.isEmpty()) {
            return done;
        }
        long wait = working.peek().endNanos() - System.nanoTime();
        if (wait > 0) {
            LockSupport.parkNanos(Math.min(wait, LONGEST_WAIT));
        }
        long now = System.nanoTime();
        while (!working.isEmpty() && working.peek().endNanos() - now <= 0) {
            Working page = working.remove();
            done.add(new FinishedPage(page.ticket(), new PageOutcome.Read(reading(page.page()))));
        }
        finished.addAndGet(done.size());
        return done;
    }

    private static PageReading reading(PageRequest page) {
        return new PageReading(
                page.pageId(),
                List.of(),
                FinishReason.OK,
                1,
                Mode.TINY,
                1,
                1,
                page.pageId().length(),
                1,
                "",
                new PageReading.Timing(0, 0, 0),
                1,
                0,
                1);
    }

    /** Pages read so far; any thread may ask. */
    int finished() {
        return finished.get();
    }

    /** The device has begun it: its time is spent all the same. */
    @Override
    public void cancel(long ticket) {
        working.removeIf(page -> page.ticket() == ticket);
    }

    @Override
    public int inFlight() {
        return working.size();
    }

    @Override
    public String modelDigest() {
        return "0".repeat(64);
    }

    @Override
    public void close() {}
}
