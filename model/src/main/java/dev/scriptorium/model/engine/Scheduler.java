package dev.scriptorium.model.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Who runs next. Sequences wait in order of arrival. As many are admitted as there are free slots and as the free
 * key-value memory will presumably hold to their end; those of one shape and prompt at a time because they share a batch.
 *
 * <p>How long answers become is guessed from those before. When the guess was too low and the memory is full, the one
 * that was admitted last gives its memory back and waits at the head of the queue; the one that runs longest always goes
 * on, and one sequence alone always fits, so that every sequence comes to its end. Nobody overtakes the head of the
 * queue but those that share its batch, so nothing starves. Not thread-safe.
 */
final class Scheduler {
    private final int slots;
    private final int batch;
    private final BlockPool pool;
    private final AnswerLengths answers;
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    /** The one admitted first comes first. */
    private final List<Sequence> running = new ArrayList<>();

    private long preemptions;

    /**
     * @param slots sequences that run at once, at most
     * @param batch sequences that are admitted together, at most
     * @param pool memory of the running ones
     * @param answers guesses how long answers become
     */
    Scheduler(int slots, int batch, BlockPool pool, AnswerLengths answers) {
        this.slots = slots;
        this.batch = batch;
        this.pool = pool;
        this.answers = answers;
    }

    /**
     * Lets a sequence wait.
     *
     * @throws IllegalArgumentException if it would not even fit alone
     */
    void add(Sequence sequence) {
        if (!fits(sequence)) {
            throw new IllegalArgumentException(
                    "sequence: at most " + pool.shape().positions() + " positions expected, which is all KV memory, "
                            + sequence.mostPositions() + " found");
        }
        waiting.add(sequence);
    }

    /** Whether a sequence could be read to its end if it were alone. */
    boolean fits(Sequence sequence) {
        return pool.shape().blocksOf(sequence.mostPositions()) <= pool.shape().blocks();
    }

    /**
     * Takes the longest-waiting sequence and those that can join it, up to a batch, the free slots and the free memory.
     *
     * @return the admitted, in order of arrival, none of which holds memory yet; empty if none waits or there is no room
     */
    List<Sequence> admit() {
        List<Sequence> admitted = new ArrayList<>();
        Iterator<Sequence> queue = waiting.iterator();
        int most = Math.min(batch, slots - running.size());
        int room = pool.shape().blocks()
                - running.stream().mapToInt(this::promised).sum();
        int free = pool.free();
        while (queue.hasNext() && admitted.size() < most) {
            Sequence candidate = queue.next();
            if (!admitted.isEmpty() && !candidate.joins(admitted.get(0))) {
                continue;
            }
            room -= promised(candidate);
            free -= pool.shape().blocksOf(candidate.prompt().length() + 1);
            boolean alone = running.isEmpty() && admitted.isEmpty();
            if (!alone && (room < 0 || free < 0)) {
                break;
            }
            admitted.add(candidate);
            queue.remove();
        }
        running.addAll(admitted);
        return admitted;
    }

    /** Blocks that a sequence is expected to fill at its end. */
    private int promised(Sequence sequence) {
        int expected = pool.shape().blocksOf(sequence.positionsExpected(answers.expected()));
        return Math.max(expected, pool.of(sequence).size());
    }

    /** Those that decode together; the one admitted first comes first. */
    List<Sequence> running() {
        return Collections.unmodifiableList(running);
    }

    int waiting() {
        return waiting.size();
    }

    /** True when nothing waits and nothing runs. */
    boolean idle() {
        return waiting.isEmpty() && running.isEmpty();
    }

    /**
     * Sends the one that was admitted last back to the head of the queue; the caller takes its memory.
     *
     * @return the one that has to begin again
     */
    Sequence preempt() {
        if (running.size() < 2) {
            throw new IllegalStateException("KV memory: enough for a single sequence expected, " + pool.shape()
                    + " and " + running.size() + " running found");
        }
        Sequence last = running.remove(running.size() - 1);
        last.restart();
        waiting.addFirst(last);
        preemptions++;
        return last;
    }

    /** How often a sequence had to begin again. */
    long preemptions() {
        return preemptions;
    }

    /** Takes sequences out, wherever they are; of those that ended it learns how long answers are. */
    void remove(Collection<Sequence> sequences) {
        for (Sequence sequence : sequences) {
            if (!waiting.remove(sequence) && running.remove(sequence) && !sequence.running()) {
                answers.add(sequence.answerLength());
            }
        }
    }
}
