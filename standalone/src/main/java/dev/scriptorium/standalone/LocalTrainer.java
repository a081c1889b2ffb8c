package dev.scriptorium.standalone;

import dev.scriptorium.trainer.service.TrainerConfig;
import dev.scriptorium.trainer.service.TrainerService;
import dev.scriptorium.trainer.service.learn.FinetuneLearner;
import dev.scriptorium.trainer.service.learn.TrainingProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** A trainer on a thread of this JVM. Closing it lets a run that is under way save what it has. */
final class LocalTrainer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TrainerService service;
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private LocalTrainer(TrainerService service) {
        this.service = service;
        thread = new Thread(this::run, "trainer");
        thread.setUncaughtExceptionHandler((dead, cause) -> failure.set(cause));
    }

    /** Starts a trainer; the topics exist already. */
    static LocalTrainer start(TrainerConfig config) throws IOException {
        return start(config, TrainingProgress.NONE);
    }

    /** The same, and somebody is told how far a training is. */
    static LocalTrainer start(TrainerConfig config, TrainingProgress progress) throws IOException {
        FinetuneLearner learner = FinetuneLearner.open(config.model(), config.trainer(), progress);
        LocalTrainer local = new LocalTrainer(TrainerService.open(config, learner, Clock.systemUTC()));
        local.thread.start();
        return local;
    }

    private void run() {
        try {
            service.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Whether it still works.
     *
     * @throws IllegalStateException if it died, with the cause
     */
    void check() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("trainer: a running one expected, it died", cause);
        }
    }

    @Override
    public void close() {
        service.stop();
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
