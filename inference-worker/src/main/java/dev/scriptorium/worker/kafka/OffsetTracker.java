package dev.scriptorium.worker.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Turns records that finish in any order into what may be committed: per partition, the results of the
 * finished records before the first unfinished one, and the offset after them.
 *
 * <p>Every record gets a ticket that is never used again. A finish that comes after its partition was
 * taken away therefore names a ticket that is no longer known, even if the same offset has been given
 * back to this worker in the meantime, and is ignored.
 *
 * <p>Not thread-safe: the poll thread owns it.
 *
 * @param <R> what a finished record became
 */
public final class OffsetTracker<R> {

    /**
     * The next offset to read once a partition's results are out.
     *
     * @param nextOffset offset after the last finished record
     * @param leaderEpoch leader epoch of that record, where the broker told it
     */
    public record Watermark(long nextOffset, Optional<Integer> leaderEpoch) {}

    /**
     * Results that may go out together, and what to commit with them.
     *
     * @param results in offset order within each partition
     * @param watermarks where each of the partitions then stands
     * @param tickets of the results
     */
    public record Batch<R>(List<R> results, Map<TopicPartition, Watermark> watermarks, Set<Long> tickets) {
        public Batch {
            results = List.copyOf(results);
            watermarks = Map.copyOf(watermarks);
            tickets = Set.copyOf(tickets);
        }

        /** Nothing but where partitions stand. */
        public static <R> Batch<R> of(Map<TopicPartition, Watermark> watermarks) {
            return new Batch<>(List.of(), watermarks, Set.of());
        }

        /** True when nothing can be committed. */
        public boolean isEmpty() {
            return results.isEmpty();
        }

        /** The same with several results, or none, in place of each. */
        public <S> Batch<S> flatMap(Function<R, Stream<S>> parts) {
            return new Batch<>(results.stream().flatMap(parts).toList(), watermarks, tickets);
        }
    }

    private static final class Slot<R> {
        final long ticket;
        final long offset;
        final Optional<Integer> leaderEpoch;
        final long bytes;
        R result;

        Slot(long ticket, long offset, Optional<Integer> leaderEpoch, long bytes) {
            this.ticket = ticket;
            this.offset = offset;
            this.leaderEpoch = leaderEpoch;
            this.bytes = bytes;
        }
    }

    private final Map<TopicPartition, ArrayDeque<Slot<R>>> partitions = new LinkedHashMap<>();
    private final Map<Long, Slot<R>> slots = new HashMap<>();
    private long lastTicket;
    private long unfinishedBytes;

    /**
     * Takes in the next record of a partition.
     *
     * @param bytes what the record keeps in memory until it is finished
     * @return the ticket under which it finishes
     * @throws IllegalStateException if the partition has given this offset, or a later one, before
     */
    public long begin(TopicPartition partition, long offset, Optional<Integer> leaderEpoch, long bytes) {
        ArrayDeque<Slot<R>> queue = partitions.computeIfAbsent(partition, p -> new ArrayDeque<>());
        if (!queue.isEmpty() && queue.getLast().offset >= offset) {
            throw new IllegalStateException(
                    partition + ": an offset after " + queue.getLast().offset + " expected, " + offset + " found");
        }
        Slot<R> slot = new Slot<>(++lastTicket, offset, leaderEpoch, bytes);
        queue.add(slot);
        slots.put(slot.ticket, slot);
        unfinishedBytes += bytes;
        return slot.ticket;
    }

    /**
     * Notes that a record is finished.
     *
     * @return false if its partition was taken away in the meantime: the result is not wanted any more
     * @throws IllegalStateException if it was finished before
     */
    public boolean complete(long ticket, R result) {
        Slot<R> slot = slots.get(ticket);
        if (slot == null) {
            return false;
        }
        if (slot.result != null) {
            throw new IllegalStateException("ticket " + ticket + " at offset " + slot.offset + ": finished twice");
        }
        slot.result = Objects.requireNonNull(result, "result");
        unfinishedBytes -= slot.bytes;
        return true;
    }

    /** What may be committed now. It stays here until {@link #committed}, so an abort needs no undoing. */
    public Batch<R> finished() {
        List<R> results = new ArrayList<>();
        Set<Long> tickets = new HashSet<>();
        Map<TopicPartition, Watermark> watermarks = new HashMap<>();
        partitions.forEach((partition, queue) -> {
            for (Slot<R> slot : queue) {
                if (slot.result == null) {
                    break;
                }
                results.add(slot.result);
                tickets.add(slot.ticket);
                watermarks.put(partition, new Watermark(slot.offset + 1, slot.leaderEpoch));
            }
        });
        return new Batch<>(results, watermarks, tickets);
    }

    /** Forgets a batch that is committed. Records of it that were dropped in the meantime are ignored. */
    public void committed(Batch<R> batch) {
        for (TopicPartition partition : batch.watermarks().keySet()) {
            ArrayDeque<Slot<R>> queue = partitions.get(partition);
            if (queue == null) {
                continue;
            }
            // By ticket, not by offset: after a revoke and a re-assignment the same offsets are here anew.
            while (!queue.isEmpty() && batch.tickets().contains(queue.getFirst().ticket)) {
                slots.remove(queue.removeFirst().ticket);
            }
        }
    }

    /** Offset of a partition's first record that is not committed, finished or not; -1 if nothing is in flight. */
    public long first(TopicPartition partition) {
        ArrayDeque<Slot<R>> queue = partitions.get(partition);
        return queue == null || queue.isEmpty() ? -1 : queue.getFirst().offset;
    }

    /** Where partitions stand, finished results that are not committed left aside; none where nothing is in flight. */
    public Map<TopicPartition, Watermark> watermarks(Collection<TopicPartition> of) {
        Map<TopicPartition, Watermark> watermarks = new HashMap<>();
        for (TopicPartition partition : of) {
            long first = first(partition);
            if (first >= 0) {
                watermarks.put(partition, new Watermark(first, Optional.empty()));
            }
        }
        return watermarks;
    }

    /**
     * Forgets everything of partitions that are no longer ours.
     *
     * @return the tickets that were unfinished, so that nobody works on them any longer
     */
    public List<Long> drop(Collection<TopicPartition> lost) {
        List<Long> unfinished = new ArrayList<>();
        for (TopicPartition partition : lost) {
            ArrayDeque<Slot<R>> queue = partitions.remove(partition);
            if (queue == null) {
                continue;
            }
            for (Slot<R> slot : queue) {
                slots.remove(slot.ticket);
                if (slot.result == null) {
                    unfinishedBytes -= slot.bytes;
                    unfinished.add(slot.ticket);
                }
            }
        }
        return unfinished;
    }

    /** Records taken in and not yet committed or dropped, finished or not. */
    public int inFlight() {
        return slots.size();
    }

    /** Bytes of the records that are not finished. */
    public long unfinishedBytes() {
        return unfinishedBytes;
    }
}
