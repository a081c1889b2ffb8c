package dev.scriptorium.worker.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Letters whose pages were sent again and have no result yet, as notes beside the offsets of a group: the only thing, beside
 * records, that a transaction can hold.
 */
final class PendingReplays {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:-(\\d{1,18}))?");

    /** Kafka takes 4,096 bytes. */
    private static final int MAX_CHARS = 4000;

    private final Map<TopicPartition, NavigableSet<Long>> offsets = new HashMap<>();

    /** Reads the notes of a group. */
    static PendingReplays of(Map<TopicPartition, OffsetAndMetadata> committed) {
        PendingReplays pending = new PendingReplays();
        committed.forEach((partition, offset) -> {
            if (offset != null) {
                pending.offsets.put(partition, ranges(offset.metadata()));
            }
        });
        return pending;
    }

    private static NavigableSet<Long> ranges(String note) {
        NavigableSet<Long> found = new TreeSet<>();
        for (Matcher range = RANGE.matcher(note); range.find(); ) {
            long from = Long.parseLong(range.group(1));
            long to = range.group(2) == null ? from : Long.parseLong(range.group(2));
            for (long offset = from; offset <= to; offset++) {
                found.add(offset);
            }
        }
        return found;
    }

    boolean contains(TopicPartition partition, long offset) {
        return offsets.containsKey(partition) && offsets.get(partition).contains(offset);
    }

    void add(TopicPartition partition, long offset) {
        offsets.computeIfAbsent(partition, it -> new TreeSet<>()).add(offset);
    }

    /** A result is there. */
    void remove(TopicPartition partition, long offset) {
        if (offsets.containsKey(partition)) {
            offsets.get(partition).remove(offset);
        }
    }

    /**
     * As it is committed.
     *
     * @throws IllegalStateException if so many are waiting that a note cannot hold them
     */
    Map<TopicPartition, OffsetAndMetadata> notes() {
        Map<TopicPartition, OffsetAndMetadata> notes = new HashMap<>();
        offsets.forEach((partition, waiting) -> {
            String note = note(waiting);
            if (note.length() > MAX_CHARS) {
                throw new IllegalStateException("partition " + partition + ": " + waiting.size()
                        + " replayed pages wait for their results; go on when workers have read them");
            }
            notes.put(partition, new OffsetAndMetadata(waiting.isEmpty() ? 0 : waiting.last() + 1, note));
        });
        return notes;
    }

    private static String note(NavigableSet<Long> waiting) {
        StringBuilder note = new StringBuilder();
        for (Long from = waiting.isEmpty() ? null : waiting.first(); from != null; ) {
            long to = from;
            while (waiting.contains(to + 1)) {
                to++;
            }
            note.append(note.length() == 0 ? "" : ",").append(from).append(to == from ? "" : "-" + to);
            from = waiting.higher(to);
        }
        return note.toString();
    }
}
