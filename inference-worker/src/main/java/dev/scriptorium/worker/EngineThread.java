package dev.scriptorium.worker;

import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.PageEngine;
import dev.scriptorium.model.engine.PageFailure;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.worker.adapter.Readers;
import dev.scriptorium.worker.kafka.Outbound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The side of the worker that works: loaders decode records and fetch images, one thread drives the
 * engine. The poll thread only puts records in and takes results out, and never waits for either.
 */
final class EngineThread implements AutoCloseable {

    private static final long IDLE_MILLIS = 50;

    /**
     * A finished page.
     *
     * @param ticket the number under which it was submitted
     * @param results what to send, all or nothing
     */
    record Done(long ticket, List<Outbound> results) {}

    /**
     * A page the engine has.
     *
     * @param source where it came from, without the record's bytes
     * @param waitingMillis how long ago it was submitted when it came here
     * @param shadow id of the adapter that reads it too, afterwards
     */
    private record Job(
            ConsumerRecord<byte[], Void> source, Loaded.Page page, long waitingMillis, Optional<String> shadow) {}

    /** A page that was read and is being read again for comparison. */
    private record Shadowed(Job job, PageReading reading, long sinceNanos) {}

    private final PageEngine engine;
    private final PageLoader loader;
    private final ResultWriter writer;
    private final Function<String, Readers> readers;
    private final long shadowTimeoutNanos;
    private final ByteBudget budget;
    private final ExecutorService loaders;
    private final Thread thread;

    /** Tickets somebody still waits for. */
    private final Set<Long> wanted = ConcurrentHashMap.newKeySet();
    /** What the engine's thread is to do between two steps. */
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();

    private final ConcurrentLinkedQueue<Done> finished = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    /** Engine's thread only. */
    private final Map<Long, Job> jobs = new HashMap<>();
    /** Engine's thread only; by the ticket of the page, the one that waits longest first. */
    private final Map<Long, Shadowed> shadowed = new LinkedHashMap<>();

    private volatile boolean closed;

    /**
     * @param engine closed with this object, by its own thread
     * @param readers who reads a domain's pages; asked by the engine's thread
     * @param shadowTimeout how long a page that is read waits for its second reading
     * @param loaderThreads how many records are decoded and fetched at a time
     * @param maxBlobBytes how many bytes of images from the blob store may be held at a time
     */
    EngineThread(
            PageEngine engine,
            PageLoader loader,
            ResultWriter writer,
            Function<String, Readers> readers,
            Duration shadowTimeout,
            int loaderThreads,
            long maxBlobBytes) {
        this.engine = engine;
        this.loader = loader;
        this.writer = writer;
        this.readers = readers;
        this.shadowTimeoutNanos = shadowTimeout.toNanos();
        this.budget = new ByteBudget(maxBlobBytes);
        AtomicInteger number = new AtomicInteger();
        this.loaders = Executors.newFixedThreadPool(
                loaderThreads, task -> new Thread(task, "page-loader-" + number.incrementAndGet()));
        this.thread = new Thread(this::run, "page-engine");
    }

    void start() {
        thread.start();
    }

    /** Hands a record over. */
    void submit(long ticket, ConsumerRecord<byte[], byte[]> record) {
        wanted.add(ticket);
        long submitted = System.nanoTime();
        loaders.execute(() -> load(ticket, record, submitted));
    }

    /**
     * Does not read a record that ended whoever began it.
     *
     * @param attempts how often it was begun
     */
    void giveUp(long ticket, ConsumerRecord<byte[], byte[]> record, int attempts) {
        finished.add(new Done(ticket, List.of(writer.crashed(withoutValue(record), attempts))));
    }

    /** Nobody waits for these any more. */
    void cancel(Collection<Long> tickets) {
        for (Long ticket : tickets) {
            wanted.remove(ticket);
            inbox.add(() -> forget(ticket));
        }
    }

    /**
     * Takes out what has finished since the last call.
     *
     * @throws IllegalStateException if the engine or a loader broke; nothing will finish any more
     */
    List<Done> drain() {
        Throwable broken = failure.get();
        if (broken != null) {
            throw new IllegalStateException("the engine's side of the worker is broken: " + broken, broken);
        }
        List<Done> done = new ArrayList<>();
        for (Done next = finished.poll(); next != null; next = finished.poll()) {
            done.add(next);
        }
        return done;
    }

    /**
     * Does something on the engine's thread between two steps, and waits until it is done.
     *
     * @throws RuntimeException what the task throws; the engine goes on
     * @throws IllegalStateException if the engine has come to its end
     */
    <T> T call(Supplier<T> task) throws InterruptedException {
        FutureTask<T> call = new FutureTask<>(task::get);
        inbox.add(call);
        while (true) {
            try {
                return call.get(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (!thread.isAlive()) {
                    throw new IllegalStateException("engine: a running one expected, it has come to its end", e);
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IllegalStateException("on the engine's thread: " + e.getCause(), e.getCause());
            }
        }
    }

    private void load(long ticket, ConsumerRecord<byte[], byte[]> record, long submitted) {
        try {
            if (!wanted.contains(ticket)) {
                return;
            }
            Loaded loaded = loader.load(record, budget);
            inbox.add(() -> admit(ticket, withoutValue(record), loaded, submitted));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void run() {
        try (engine) {
            while (!closed) {
                Runnable next = engine.inFlight() == 0 ? inbox.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS) : inbox.poll();
                for (; next != null; next = inbox.poll()) {
                    next.run();
                }
                for (FinishedPage page : engine.step()) {
                    finish(page);
                }
                giveUpLateShadows();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void admit(long ticket, ConsumerRecord<byte[], Void> source, Loaded loaded, long submitted) {
        if (!wanted.contains(ticket)) {
            budget.release(PageLoader.blobBytes(loaded));
        } else if (loaded instanceof Loaded.Page page) {
            long waitingMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - submitted);
            // Decided here, between two steps: what is put in use meanwhile reads the next page.
            Readers now = readers.apply(page.page().getDomain());
            Readers.Duty duty = now.of(page.page().getDocumentId());
            Optional<String> shadow = duty == Readers.Duty.BOTH ? now.candidateId() : Optional.empty();
            jobs.put(ticket, new Job(source, page, waitingMillis, shadow));
            engine.add(ticket, duty == Readers.Duty.CANDIDATE ? page.request().onTrial() : page.request());
        } else {
            wanted.remove(ticket);
            finished.add(new Done(ticket, List.of(writer.refused(source, (Loaded.Refused) loaded))));
        }
    }

    private void finish(FinishedPage page) {
        long ticket = Math.abs(page.ticket());
        if (page.ticket() < 0) {
            compare(ticket, page.outcome());
            return;
        }
        Job job = jobs.get(ticket);
        if (job.shadow().isPresent() && page.outcome() instanceof PageOutcome.Read read) {
            // Only now: the page's own reading does not wait for the second one.
            shadowed.put(ticket, new Shadowed(job, read.reading(), System.nanoTime()));
            engine.add(shadowOf(ticket), job.page().request().onTrial());
        } else {
            leave(ticket, List.of(result(job, page.outcome())));
        }
    }

    /** The second reading is there, or will not be: the page leaves with both. */
    private void compare(long ticket, PageOutcome second) {
        Shadowed first = shadowed.remove(ticket);
        Job job = first.job();
        List<Outbound> results = new ArrayList<>();
        results.add(result(job, new PageOutcome.Read(first.reading())));
        String candidate = job.shadow().orElseThrow();
        // Its trial may have ended before the second reading began: then that was the active adapter's again.
        if (!(second instanceof PageOutcome.Read read)
                || read.reading().adapterId().equals(candidate)) {
            results.add(writer.shadow(
                    job.source(),
                    job.page(),
                    first.reading(),
                    second,
                    candidate,
                    engine.modelDigest(),
                    job.waitingMillis()));
        }
        leave(ticket, results);
    }

    private void giveUpLateShadows() {
        long now = System.nanoTime();
        while (!shadowed.isEmpty()) {
            Map.Entry<Long, Shadowed> longest = shadowed.entrySet().iterator().next();
            if (now - longest.getValue().sinceNanos() < shadowTimeoutNanos) {
                return;
            }
            engine.cancel(shadowOf(longest.getKey()));
            String message = "page " + longest.getValue().job().page().page().getPageId()
                    + ": a second reading in time expected, none found";
            compare(longest.getKey(), new PageOutcome.Failed(PageFailure.TIMEOUT, message));
        }
    }

    private Outbound result(Job job, PageOutcome outcome) {
        return writer.finished(job.source(), job.page(), outcome, engine.modelDigest(), job.waitingMillis());
    }

    private void leave(long ticket, List<Outbound> results) {
        Job job = jobs.remove(ticket);
        budget.release(PageLoader.blobBytes(job.page()));
        if (wanted.remove(ticket)) {
            finished.add(new Done(ticket, results));
        }
    }

    private void forget(long ticket) {
        engine.cancel(ticket);
        engine.cancel(shadowOf(ticket));
        shadowed.remove(ticket);
        Job job = jobs.remove(ticket);
        if (job != null) {
            budget.release(PageLoader.blobBytes(job.page()));
        }
    }

    /** The engine's number for a page's second reading; tickets are above 0. */
    private static long shadowOf(long ticket) {
        return -ticket;
    }

    /** The image is in the page by now; the record must not keep it in memory a second time. */
    static ConsumerRecord<byte[], Void> withoutValue(ConsumerRecord<byte[], byte[]> record) {
        ConsumerRecord<byte[], Void> light =
                new ConsumerRecord<>(record.topic(), record.partition(), record.offset(), record.key(), null);
        record.headers().forEach(light.headers()::add);
        return light;
    }

    /** Drops what is in flight and closes the engine. */
    @Override
    public void close() {
        closed = true;
        loaders.shutdownNow();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
