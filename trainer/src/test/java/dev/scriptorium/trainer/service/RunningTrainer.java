package dev.scriptorium.trainer.service;

import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;

/** A trainer on a thread of this JVM. */
final class RunningTrainer implements AutoCloseable {
    private final TrainerService service;
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    RunningTrainer(TrainerConfig config, Learner learner) throws IOException {
        service = TrainerService.open(config, learner, Clock.systemUTC());
        thread = new Thread(this::run, "trainer");
        thread.start();
    }

    private void run() {
        try {
            service.run();
        } catch (IOException | RuntimeException e) {
            failure.set(e);
        }
    }

    /** Passes on what it died of, if it did. */
    void check() {
        if (failure.get() != null) {
            throw new IllegalStateException("trainer died", failure.get());
        }
    }

    /** Stops it; then as {@link #check}. */
    @Override
    public void close() {
        service.stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        check();
    }
}
