package dev.scriptorium.worker;

import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.PageEngine;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.worker.adapter.Readers;
import dev.scriptorium.worker.kafka.Outbound;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
     * @param result what to send
     */
    record Done(long ticket, Outbound result) {}

    /** A page the engine has: where it came from (without the record's bytes), and when it was submitted. */
    private record Job(ConsumerRecord<byte[], Void> source, Loaded.Page page, long waitingMillis) {}

    private final PageEngine engine;
    private final PageLoader loader;
    private final ResultWriter writer;
    private final Function<String, Readers> readers;
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

    private volatile boolean closed;

    /**
     * @param engine closed with this object, by its own thread
     * @param readers who reads a domain's pages; asked by the engine's thread
     * @param loaderThreads how many records are decoded and fetched at a time
     * @param maxBlobBytes how many bytes of images from the blob store may be held at a time
     */
    EngineThread(
            PageEngine engine,
            PageLoader loader,
            ResultWriter writer,
            Function<String, Readers> readers,
            int loaderThreads,
            long maxBlobBytes) {
        this.engine = engine;
        this.loader = loader;
        this.writer = writer;
        this.readers = readers;
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
                Runnable next = jobs.isEmpty() ? inbox.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS) : inbox.poll();
                for (; next != null; next = inbox.poll()) {
                    next.run();
                }
                for (FinishedPage page : engine.step()) {
                    finish(page);
                }
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
            jobs.put(ticket, new Job(source, page, waitingMillis));
            engine.add(ticket, request(page));
        } else {
            wanted.remove(ticket);
            finished.add(new Done(ticket, writer.refused(source, (Loaded.Refused) loaded)));
        }
    }

    /** Chosen here, between two steps: what is put in use meanwhile reads the next page. */
    private PageRequest request(Loaded.Page page) {
        Readers.Duty duty =
                readers.apply(page.page().getDomain()).of(page.page().getDocumentId());
        return duty == Readers.Duty.CANDIDATE ? page.request().onTrial() : page.request();
    }

    private void finish(FinishedPage page) {
        Job job = jobs.remove(page.ticket());
        budget.release(PageLoader.blobBytes(job.page()));
        if (wanted.remove(page.ticket())) {
            Outbound result = writer.finished(
                    job.source(), job.page(), page.outcome(), engine.modelDigest(), job.waitingMillis());
            finished.add(new Done(page.ticket(), result));
        }
    }

    private void forget(long ticket) {
        engine.cancel(ticket);
        Job job = jobs.remove(ticket);
        if (job != null) {
            budget.release(PageLoader.blobBytes(job.page()));
        }
    }

    /** The image is in the page by now; the record must not keep it in memory a second time. */
    private static ConsumerRecord<byte[], Void> withoutValue(ConsumerRecord<byte[], byte[]> record) {
        return new ConsumerRecord<>(record.topic(), record.partition(), record.offset(), record.key(), null);
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
