package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import java.util.Collection;
import java.util.List;

/**
 * Continuous batching: sequences join the running batch while there is room, all running ones get one
 * token a step, and a finished one leaves at once. Batched answers equal single answers, because
 * sequences only share arithmetic, never attention.
 *
 * <p>Not thread-safe: one thread drives it.
 */
final class Engine {
    private final BlockPool pool;
    private final Scheduler scheduler;
    private final ModelRunner runner;

    /**
     * Begins empty, for sequences that are read with the base model and encoded in batches as large as may be.
     *
     * @param positions of the longest sequence, all of which fit together
     */
    Engine(Network network, int slots, int positions) {
        this(network, new AdapterBank(network), slots, slots, KvShape.of(network.config(), slots, positions));
    }

    /**
     * Begins empty.
     *
     * @param bank holds the adapters of all sequences that are added
     * @param slots sequences that run at once, at most
     * @param batch sequences that are encoded together, at most
     * @param memory for keys and values, taken at once and kept
     */
    Engine(Network network, AdapterBank bank, int slots, int batch, KvShape memory) {
        this(network, bank, slots, batch, memory, new AnswerLengths(AnswerLengths.AT_FIRST));
    }

    /** The same with another guess how long answers become. */
    Engine(Network network, AdapterBank bank, int slots, int batch, KvShape memory, AnswerLengths answers) {
        pool = new BlockPool(memory);
        scheduler = new Scheduler(slots, batch, pool, answers);
        runner = new ModelRunner(network, bank, pool);
    }

    /**
     * Lets a sequence wait for its turn.
     *
     * @throws IllegalArgumentException if it does not {@linkplain #fits fit}
     */
    void add(Sequence sequence) {
        scheduler.add(sequence);
    }

    /** Whether a sequence can be read to its end with the memory there is. */
    boolean fits(Sequence sequence) {
        return scheduler.fits(sequence);
    }

    /** Positions that all memory for keys and values holds. */
    long positions() {
        return pool.shape().positions();
    }

    /** Forgets sequences. */
    void cancel(Collection<Sequence> sequences) {
        leave(sequences);
    }

    /** How often the memory was too small for what was running, so that a sequence had to begin again. */
    long preemptions() {
        return scheduler.preemptions();
    }

    boolean idle() {
        return scheduler.idle();
    }

    /** Sequences that have been admitted and not left. */
    List<Sequence> running() {
        return scheduler.running();
    }

    /** Sequences that wait for room. */
    int waiting() {
        return scheduler.waiting();
    }

    /** Admits a group if it can, else gives every running sequence one token; returns those that ended. */
    List<Sequence> step() {
        long start = System.nanoTime();
        List<Sequence> moved = scheduler.admit();
        if (!moved.isEmpty()) {
            runner.prefill(moved);
            long took = System.nanoTime() - start;
            moved.forEach(sequence -> sequence.encodedFor(took));
        } else if (!scheduler.running().isEmpty()) {
            moved = decode();
            long took = System.nanoTime() - start;
            moved.forEach(sequence -> sequence.generatedFor(took));
        }
        List<Sequence> finished =
                moved.stream().filter(sequence -> !sequence.running()).toList();
        leave(finished);
        return finished;
    }

    /** Prompt and answer together fit into a model's positions. */
    static int answerLimit(ModelConfig config, int promptLength, int maxNewTokens) {
        return Math.max(1, Math.min(maxNewTokens, config.decoder().maxPositions() - promptLength));
    }

    private List<Sequence> decode() {
        while (!runner.reserve(scheduler.running())) {
            release(List.of(scheduler.preempt()));
        }
        List<Sequence> all = List.copyOf(scheduler.running());
        runner.decode(all);
        return all;
    }

    private void leave(Collection<Sequence> sequences) {
        scheduler.remove(sequences);
        release(sequences);
    }

    private void release(Collection<Sequence> sequences) {
        pool.release(sequences).forEach(runner::move);
    }
}
