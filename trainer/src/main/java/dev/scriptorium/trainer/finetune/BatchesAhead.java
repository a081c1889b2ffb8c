package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.lora.TrainingBatch;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Prepares a step's batches on a thread of its own while the step before is computed. */
final class BatchesAhead implements AutoCloseable {
    private final StepBatches batches;
    private final long steps;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread worker = new Thread(task, "finetune-batches");
        worker.setDaemon(true);
        return worker;
    });
    private Future<List<TrainingBatch>> next;
    private long ordered;

    /**
     * Begins with the first step to do.
     *
     * @param steps of the whole run
     */
    BatchesAhead(StepBatches batches, long first, long steps) {
        this.batches = batches;
        this.steps = steps;
        ordered = first;
        order();
    }

    /** The next step's batches; waits for them. */
    List<TrainingBatch> take() throws IOException {
        try {
            List<TrainingBatch> taken = next.get();
            order();
            return taken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for step " + ordered, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("preparing step " + ordered + " failed", e.getCause());
        }
    }

    /** Waits for what is being prepared: it uses a tokenizer that is closed after this. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void order() {
        if (ordered < steps) {
            long step = ordered++;
            next = thread.submit(() -> batches.of(step));
        }
    }
}
