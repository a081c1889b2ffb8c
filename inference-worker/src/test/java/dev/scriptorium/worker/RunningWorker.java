package dev.scriptorium.worker;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A worker on a thread of this JVM. */
final class RunningWorker implements AutoCloseable {

    private final InferenceWorker worker;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    RunningWorker(WorkerConfig config) {
        worker = InferenceWorker.open(config, new FastEngine(1, 8), Clock.systemUTC());
        Thread thread = new Thread(
                () -> {
                    try {
                        worker.run();
                        end.complete(null);
                    } catch (RuntimeException e) {
                        end.completeExceptionally(e);
                    }
                },
                config.worker().id());
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
