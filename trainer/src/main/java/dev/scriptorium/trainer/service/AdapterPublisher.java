package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.trainer.adapters.AdapterWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Publishes a run: its manifest and the offsets of the labels that it learned, in one transaction. Where a domain stands
 * is what its own consumer group has committed, and nothing else: after a crash at any point the group says whether the
 * run was published.
 *
 * <p>Not thread-safe.
 */
final class AdapterPublisher {
    private final AdapterWriter writer;
    private final Function<String, Consumer<String, byte[]>> groups;
    private final Set<TopicPartition> labeled;

    /**
     * @param groups makes a consumer of a domain's group
     * @param labeled partitions of the labels
     */
    AdapterPublisher(
            AdapterWriter writer, Function<String, Consumer<String, byte[]>> groups, Set<TopicPartition> labeled) {
        this.writer = writer;
        this.groups = groups;
        this.labeled = Set.copyOf(labeled);
    }

    /** Next offset of {@code ocr.labeled} that no published run of a domain has behind it, by partition. */
    Map<Integer, Long> consumed(String domain) {
        try (Consumer<String, byte[]> group = groups.apply(domain)) {
            Map<Integer, Long> consumed = new TreeMap<>();
            group.committed(labeled, Duration.ofSeconds(30)).forEach((partition, committed) -> {
                if (committed != null) {
                    consumed.put(partition.partition(), committed.offset());
                }
            });
            return consumed;
        }
    }

    /**
     * Commits a manifest together with where its domain then stands.
     *
     * @param consumed next offset by partition
     * @throws RecordException with {@code FENCED} if another trainer has this one's id, else if it cannot be done
     */
    void publish(AdapterChange change, Map<Integer, Long> consumed) {
        Map<TopicPartition, OffsetAndMetadata> offsets = labeled.stream()
                .filter(partition -> consumed.containsKey(partition.partition()))
                .collect(Collectors.toMap(
                        partition -> partition,
                        partition -> new OffsetAndMetadata(consumed.get(partition.partition()))));
        try (Consumer<String, byte[]> group = groups.apply(change.getManifest().getDomain())) {
            writer.write(change, producer -> producer.sendOffsetsToTransaction(offsets, group.groupMetadata()));
        }
    }
}
