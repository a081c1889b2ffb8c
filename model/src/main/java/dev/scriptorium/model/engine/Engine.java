package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Continuous batching: sequences join the running batch while there is room, all running ones get one
 * token a step, and a finished one leaves at once. Pages come in piece by piece, between steps of those that run. Batched answers equal single answers, because
 * sequences only share arithmetic, never attention.
 *
 * <p>Not thread-safe: one thread drives it.
 */
final class Engine {
    /** Steps of decoding that stand between two pieces of an intake: enough that those who wait for them get on. */
    private static final int TOKENS_A_PIECE = 8;

    private final BlockPool pool;
    private final Scheduler scheduler;
    private final ModelRunner runner;
    /** Admitted pages that are not in the cache yet; null while there are none. */
    private Intake intake;
    /** Steps of decoding that come before the next piece of an intake. */
    private int owed;

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

    /**
     * Does one bounded piece of work: admits lines, takes in a part of admitted pages, or gives every sequence in the cache
     * one more token. While pages are taken in, the others get {@value #TOKENS_A_PIECE} tokens after each piece.
     *
     * @return the sequences that ended
     */
    List<Sequence> step() {
        long start = System.nanoTime();
        if (intake == null) {
            List<Sequence> admitted = scheduler.admit();
            if (!admitted.isEmpty() && admitted.get(0).picture() instanceof Picture.Line) {
                runner.prefillLines(admitted);
                return ended(admitted, sequence -> sequence.encodedFor(System.nanoTime() - start));
            }
            if (!admitted.isEmpty()) {
                intake = runner.take(admitted);
                setAside();
            }
        }
        List<Sequence> decoding = decoding();
        if (intake != null && (decoding.isEmpty() || owed == 0)) {
            return takeIn(start);
        }
        owed = Math.max(0, owed - 1);
        return ended(decode(), sequence -> sequence.generatedFor(System.nanoTime() - start));
    }

    private List<Sequence> takeIn(long start) {
        List<Sequence> working = List.copyOf(intake.sequences());
        List<Sequence> taken = runner.advance(intake);
        long took = System.nanoTime() - start;
        working.forEach(sequence -> sequence.encodedFor(took));
        owed = TOKENS_A_PIECE;
        setAside();
        return ended(taken, sequence -> {});
    }

    /** Keeps blocks for what is taken in; when all is, the intake is done. */
    private void setAside() {
        if (intake != null && intake.isEmpty()) {
            intake.close();
            intake = null;
        }
        pool.setAside(intake == null ? 0 : intake.blocks(pool.shape()));
    }

    private List<Sequence> ended(List<Sequence> moved, Consumer<Sequence> timed) {
        moved.forEach(timed);
        List<Sequence> finished =
                moved.stream().filter(sequence -> !sequence.running()).toList();
        leave(finished);
        return finished;
    }

    /** The running ones that are in the cache. */
    private List<Sequence> decoding() {
        return intake == null
                ? List.copyOf(scheduler.running())
                : scheduler.running().stream()
                        .filter(sequence -> !intake.sequences().contains(sequence))
                        .toList();
    }

    /** Prompt and answer together fit into a model's positions. */
    static int answerLimit(ModelConfig config, int promptLength, int maxNewTokens) {
        return Math.max(1, Math.min(maxNewTokens, config.decoder().maxPositions() - promptLength));
    }

    private List<Sequence> decode() {
        List<Sequence> all = decoding();
        while (!runner.reserve(all)) {
            release(List.of(scheduler.preempt()));
            all = decoding();
        }
        if (!all.isEmpty()) {
            runner.decode(all);
        }
        return all;
    }

    private void leave(Collection<Sequence> sequences) {
        scheduler.remove(sequences);
        release(sequences);
    }

    private void release(Collection<Sequence> sequences) {
        if (intake != null) {
            sequences.forEach(intake::drop);
            setAside();
        }
        pool.release(sequences).forEach(runner::move);
    }
}
