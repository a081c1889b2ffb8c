package dev.scriptorium.model.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Who runs next. Sequences wait in order of arrival; as many as there are free slots are admitted, those
 * of one shape and prompt at a time because they share a batch. The running ones always fill slots 0 to n - 1: when
 * one leaves, the last takes its place, and the caller moves that one's cache along.
 *
 * <p>The head of the queue is always in the next group admitted, so nothing starves. Not thread-safe.
 */
final class Scheduler {
    private final int slots;
    private final int batch;
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();

    /** The cache of slot {@code source} has to follow its sequence to slot {@code target}. */
    record Move(int source, int target) {}

    /**
     * @param slots sequences that run at once
     * @param batch sequences that are admitted together, at most
     */
    Scheduler(int slots, int batch) {
        this.slots = slots;
        this.batch = batch;
    }

    void add(Sequence sequence) {
        waiting.add(sequence);
    }

    /**
     * Takes the longest-waiting sequence and those that can join it, up to a batch and the free slots, and gives them the
     * slots behind the running ones.
     *
     * @return the admitted, in slot order; empty if none waits or no slot is free
     */
    List<Sequence> admit() {
        List<Sequence> admitted = new ArrayList<>();
        Iterator<Sequence> queue = waiting.iterator();
        int most = Math.min(batch, slots - running.size());
        while (queue.hasNext() && admitted.size() < most) {
            Sequence candidate = queue.next();
            if (admitted.isEmpty() || candidate.joins(admitted.get(0))) {
                admitted.add(candidate);
                queue.remove();
            }
        }
        running.addAll(admitted);
        return admitted;
    }

    /** Those that decode together, in slot order. */
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
     * Takes a sequence out, wherever it is.
     *
     * @return the move that closes its gap, if it ran and was not the last
     */
    Optional<Move> remove(Sequence sequence) {
        if (waiting.remove(sequence)) {
            return Optional.empty();
        }
        int slot = running.indexOf(sequence);
        if (slot < 0) {
            return Optional.empty();
        }
        int last = running.size() - 1;
        Sequence follower = running.remove(last);
        if (slot == last) {
            return Optional.empty();
        }
        running.set(slot, follower);
        return Optional.of(new Move(last, slot));
    }
}
