package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Continuous batching: sequences join the running batch while slots are free, all running ones get one
 * token a step, and a finished one leaves at once. Batched answers equal single answers, because
 * sequences only share arithmetic, never attention.
 *
 * <p>Not thread-safe: one thread drives it.
 */
final class Engine {
    private final Scheduler scheduler;
    private final ModelRunner runner;

    /** Begins empty, for sequences that are read with the base model and encoded in batches as large as may be. */
    Engine(Network network, int slots) {
        this(network, new AdapterBank(network), slots, slots);
    }

    /**
     * Begins empty.
     *
     * @param bank holds the adapters of all sequences that are added
     * @param slots sequences that run at once
     * @param batch sequences that are encoded together, at most
     */
    Engine(Network network, AdapterBank bank, int slots, int batch) {
        scheduler = new Scheduler(slots, batch);
        runner = new ModelRunner(network, bank, slots);
    }

    void add(Sequence sequence) {
        scheduler.add(sequence);
    }

    /** Forgets a sequence. */
    void cancel(Sequence sequence) {
        leave(sequence);
    }

    boolean idle() {
        return scheduler.idle();
    }

    /** Sequences that have been admitted and not left. */
    List<Sequence> running() {
        return scheduler.running();
    }

    /** Sequences that wait for a slot. */
    int waiting() {
        return scheduler.waiting();
    }

    /** Admits a group if it can, else gives every running sequence one token; returns those that ended. */
    List<Sequence> step() {
        long start = System.nanoTime();
        int running = scheduler.running().size();
        List<Sequence> moved = scheduler.admit();
        if (!moved.isEmpty()) {
            runner.prefill(moved, running);
            long took = System.nanoTime() - start;
            moved.forEach(sequence -> sequence.encodedFor(took));
        } else if (running > 0) {
            moved = List.copyOf(scheduler.running());
            runner.decode(moved);
            long took = System.nanoTime() - start;
            moved.forEach(sequence -> sequence.generatedFor(took));
        }
        List<Sequence> finished = new ArrayList<>();
        for (Sequence sequence : moved) {
            if (!sequence.running()) {
                leave(sequence);
                finished.add(sequence);
            }
        }
        return finished;
    }

    /** Prompt and answer together fit into a model's positions. */
    static int answerLimit(ModelConfig config, int promptLength, int maxNewTokens) {
        return Math.max(1, Math.min(maxNewTokens, config.decoder().maxPositions() - promptLength));
    }

    private void leave(Sequence sequence) {
        Optional<Scheduler.Move> move = scheduler.remove(sequence);
        move.ifPresent(gap -> {
            Sequence follower = scheduler.running().get(gap.target());
            if (follower.running()) {
                runner.move(gap, follower);
            }
        });
    }
}
