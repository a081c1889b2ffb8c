package dev.scriptorium.worker.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;

/**
 * Decides which records may go to the engine, so that one that ends the whole process is found and its neighbours are
 * read. Before a record is handed over, an {@link InFlightNote} beside the committed offset says so. A partition whose
 * note says that its former owner had records in hand was not given back in good order. Records that two owners running
 * had in hand are read alone, one by one, and each time is counted. The one that ends its worker again is given up.
 *
 * <p>Records go in in the order in which they came; one that is to be read alone waits until the engine is empty, and
 * those behind it wait until it is done. Not thread-safe: the poll thread owns it.
 *
 * @param <T> what is handed over
 */
public final class Admission<T> {

    /**
     * A record that may go in.
     *
     * @param attempts how often it has been begun before by workers that ended without a word
     * @param givenUp true if that was once too often: it is not to be read
     */
    public record Entry<T>(
            TopicPartition partition, long offset, long ticket, T record, int attempts, boolean givenUp) {}

    private final int maxAttempts;
    private final Map<TopicPartition, InFlightNote> notes = new HashMap<>();
    private final Deque<Entry<T>> waiting = new ArrayDeque<>();
    private final List<Entry<T>> next = new ArrayList<>();
    private final Map<Long, TopicPartition> working = new HashMap<>();
    /** Ticket of the record that is read alone; 0 if none is. */
    private long alone;

    /** @param maxAttempts how often a record may be begun, at least 3: twice with others beside it */
    public Admission(int maxAttempts) {
        this.maxAttempts = maxAttempts;
    }

    /** Partitions with records here whose notes are not known yet. */
    public Set<TopicPartition> unread() {
        Set<TopicPartition> partitions = new HashSet<>();
        waiting.forEach(entry -> partitions.add(entry.partition()));
        partitions.removeAll(notes.keySet());
        return partitions;
    }

    /**
     * Takes the note of a partition that is ours now; until then none of its records goes in.
     *
     * @param committed its committed offset
     * @param note what stands beside it
     * @return true if its former owner ended without a word
     */
    public boolean read(TopicPartition partition, long committed, String note) {
        InFlightNote left = InFlightNote.of(note).from(committed);
        notes.put(partition, left.inherited());
        return left.begun() > 0;
    }

    /** Partitions are not ours any more. */
    public void drop(Collection<TopicPartition> lost) {
        notes.keySet().removeAll(lost);
        waiting.removeIf(entry -> lost.contains(entry.partition()));
        next.removeIf(entry -> lost.contains(entry.partition()));
        working.values().removeAll(lost);
        if (!working.containsKey(alone)) {
            alone = 0;
        }
    }

    /** A record has come; each partition's come in order. */
    public void add(TopicPartition partition, long offset, long ticket, T record) {
        waiting.add(new Entry<>(partition, offset, ticket, record, 0, false));
    }

    /** A record that was handed over is finished. */
    public void finished(long ticket) {
        TopicPartition partition = working.remove(ticket);
        if (ticket == alone) {
            alone = 0;
            // Innocent; what goes in before its result is committed must not be laid at its door.
            notes.computeIfPresent(partition, (it, note) -> note.cleared());
        }
    }

    /**
     * Who goes in now. They are in the notes from now on, and stay next until {@link #handedOver}: the caller commits the
     * notes first.
     *
     * @param first offset of a partition's first record that is not committed: a note counts for one record only, so one
     *     that is read alone begins when all before it are committed
     */
    public List<Entry<T>> next(ToLongFunction<TopicPartition> first) {
        while (!waiting.isEmpty()
                && alone == 0
                && notes.containsKey(waiting.peek().partition())) {
            Entry<T> head = waiting.peek();
            InFlightNote note = notes.get(head.partition());
            int attempts = note.attempts(head.offset());
            if (attempts >= maxAttempts) {
                next.add(new Entry<>(head.partition(), head.offset(), head.ticket(), head.record(), attempts, true));
            } else if (!note.suspects(head.offset())) {
                begin(head, note.begin(head.offset()));
            } else if (working.isEmpty() && first.applyAsLong(head.partition()) == head.offset()) {
                begin(head, note.beginAlone(head.offset()));
                alone = head.ticket();
            } else {
                break;
            }
            waiting.remove();
        }
        return List.copyOf(next);
    }

    /** True when a record that is to be read alone waits for nothing but that what is finished be committed. */
    public boolean waitsForCommit() {
        Entry<T> head = waiting.peek();
        return head != null
                && working.isEmpty()
                && notes.getOrDefault(head.partition(), InFlightNote.NONE).suspects(head.offset());
    }

    private void begin(Entry<T> entry, InFlightNote note) {
        notes.put(entry.partition(), note);
        working.put(entry.ticket(), entry.partition());
        next.add(entry);
    }

    /** Partitions whose notes have to be committed before {@link #next} goes in. */
    public Set<TopicPartition> unnoted() {
        Set<TopicPartition> partitions = new HashSet<>();
        next.stream().filter(entry -> !entry.givenUp()).forEach(entry -> partitions.add(entry.partition()));
        return partitions;
    }

    /** The engine has what was next. */
    public void handedOver() {
        next.clear();
    }

    /** What to write beside an offset that is committed for a partition. */
    public String note(TopicPartition partition, long watermark) {
        return notes.getOrDefault(partition, InFlightNote.NONE).from(watermark).text();
    }

    /** The same for a partition that is given back in good order. */
    public String lastNote(TopicPartition partition, long watermark) {
        boolean inHand = partition.equals(working.get(alone));
        return notes.getOrDefault(partition, InFlightNote.NONE)
                .givenBack(inHand)
                .from(watermark)
                .text();
    }
}
