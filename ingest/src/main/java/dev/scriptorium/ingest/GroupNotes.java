package dev.scriptorium.ingest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link ProgressNotes} in the cluster: the group {@code ocr.ingest.<documentId>}. */
final class GroupNotes implements ProgressNotes {
    private static final Logger LOG = LoggerFactory.getLogger(GroupNotes.class);

    private final String prefix;
    private final TopicPartition partition;
    private final Admin admin;
    private final IngestConfig config;

    /** @param topic the topic of pages */
    GroupNotes(IngestConfig config, String topic) {
        this.config = config;
        prefix = config.topics().prefix() + "ingest.";
        partition = new TopicPartition(topic, 0);
        admin = Admin.create(Map.copyOf(config.kafka()));
    }

    @Override
    public String group(String documentId) {
        return prefix + documentId;
    }

    @Override
    public TopicPartition partition() {
        return partition;
    }

    @Override
    public Optional<DocumentProgress> read(String documentId) {
        String group = group(documentId);
        Map<TopicPartition, OffsetAndMetadata> offsets = await(admin.listConsumerGroupOffsets(
                        Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(partition))),
                        new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata(group));
        return Optional.ofNullable(offsets.get(partition))
                .flatMap(offset -> DocumentProgress.of(offset.offset(), offset.metadata()));
    }

    @Override
    public void forget(String documentId) {
        try {
            await(admin.deleteConsumerGroups(List.of(group(documentId))).all());
        } catch (GroupIdNotFoundException e) {
            LOG.debug("group={} already gone", group(documentId));
        } catch (KafkaException e) {
            // It says that all is done, which is true; the next run with this document removes it.
            LOG.warn("group={} not removed: {}", group(documentId), e.getMessage());
        }
    }

    @Override
    public ConsumerGroupMetadata member(String documentId) {
        Map<String, Object> settings = new HashMap<>(config.consumerConfig());
        settings.put("group.id", group(documentId));
        // A consumer that consumes nothing: only a consumer can tell of a group.
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer.groupMetadata();
        }
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException(e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
