package dev.scriptorium.standalone;

import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.worker.InferenceWorker;
import dev.scriptorium.worker.WorkerConfig;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** An inference worker on a thread of this JVM. Closing it lets pages in flight finish first. */
final class LocalWorker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InferenceWorker worker;
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private LocalWorker(InferenceWorker worker) {
        this.worker = worker;
        thread = new Thread(worker::run, "inference-worker");
        thread.setUncaughtExceptionHandler((dead, cause) -> failure.set(cause));
    }

    /**
     * Starts a worker.
     *
     * @param engine reads the pages; closed with the worker
     */
    static LocalWorker start(WorkerConfig config, OcrEngine engine) throws IOException {
        LocalWorker local = new LocalWorker(InferenceWorker.open(config, engine, Clock.systemUTC()));
        local.thread.start();
        return local;
    }

    /**
     * Whether it still works.
     *
     * @throws IllegalStateException if it died, with the cause
     */
    void check() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("worker: a running one expected, it died", cause);
        }
    }

    @Override
    public void close() {
        worker.stop();
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
