package dev.scriptorium.worker;

import dev.scriptorium.model.engine.OcrEngine;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A worker on a thread of this JVM. */
final class RunningWorker implements AutoCloseable {

    private final InferenceWorker worker;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /** One that gives the images' bytes back as text. */
    RunningWorker(WorkerConfig config) {
        this(config.worker().id(), InferenceWorker.withoutAdapters(config, new FastEngine(1, 8), Clock.systemUTC()));
    }

    /** One that reads, with adapters. */
    RunningWorker(WorkerConfig config, OcrEngine engine) throws IOException {
        this(config.worker().id(), InferenceWorker.open(config, engine, Clock.systemUTC()));
    }

    private RunningWorker(String id, InferenceWorker worker) {
        this.worker = worker;
        Thread thread = new Thread(
                () -> {
                    try {
                        worker.run();
                        end.complete(null);
                    } catch (RuntimeException e) {
                        end.completeExceptionally(e);
                    }
                },
                id);
        thread.start();
    }

    /** How it ended; completes exceptionally if it could not go on. */
    CompletableFuture<Void> end() {
        return end;
    }

    /** Stops it and waits for its end. */
    void stop() {
        worker.stop();
        end.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        if (!end.isDone()) {
            stop();
        }
    }
}
