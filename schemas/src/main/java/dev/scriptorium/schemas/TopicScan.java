package dev.scriptorium.schemas;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topics from their beginning to where they end when it is asked, committed records only; for questions that are
 * rare enough to need no index. Belongs to no group and commits nothing. Used by one thread.
 */
public final class TopicScan implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicScan.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final AvroSerdes serdes;
    private final KafkaConsumer<String, byte[]> consumer;

    /** @param kafka settings of Kafka clients and serdes */
    public TopicScan(Map<String, String> kafka, PageLimits limits) {
        serdes = new AvroSerdes(kafka);
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Is told of every record. */
    @FunctionalInterface
    public interface Visitor<T> {
        /**
         * One record.
         *
         * @param place where it lies
         * @param key empty if it has none
         * @param value nothing for a tombstone
         */
        void visit(SourceOffset place, String key, Optional<T> value);
    }

    /**
     * Reads all of a topic, each partition in its order. A record that cannot be read is left out, with a warning.
     *
     * @throws TimeoutException if the broker does not answer
     * @throws RecordException if the registry does not
     */
    public <T extends SpecificRecord> void all(Topic<T> topic, Visitor<T> visitor) {
        read(
                topic,
                consumer.partitionsFor(topic.name()).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList(),
                visitor);
    }

    /** Reads the partition in which a key's records lie, as {@link #all} does. */
    public <T extends SpecificRecord> void partitionOf(String key, Topic<T> topic, Visitor<T> visitor) {
        int partitions = consumer.partitionsFor(topic.name()).size();
        int partition = Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
        read(topic, List.of(new TopicPartition(topic.name(), partition)), visitor);
    }

    private <T extends SpecificRecord> void read(Topic<T> topic, List<TopicPartition> partitions, Visitor<T> visitor) {
        Deserializer<T> deserializer = serdes.of(topic.valueType()).deserializer();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                deadline = System.nanoTime() + ANSWER.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(topic.name() + ": its end within " + ANSWER + " expected, not reached");
            }
            for (ConsumerRecord<String, byte[]> record : records) {
                visit(record, deserializer, visitor);
            }
        }
    }

    private static <T> void visit(
            ConsumerRecord<String, byte[]> record, Deserializer<T> deserializer, Visitor<T> visitor) {
        Optional<T> value;
        try {
            value = Optional.ofNullable(record.value()).map(bytes -> deserializer.deserialize(record.topic(), bytes));
        } catch (RecordException e) {
            if (e.code().action() != ErrorCode.Action.DEAD_LETTER) {
                throw e;
            }
            LOG.warn(
                    "topic={} partition={} offset={} code={} left out",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.code());
            return;
        }
        visitor.visit(
                new SourceOffset(record.topic(), record.partition(), record.offset()),
                record.key() == null ? "" : record.key(),
                value);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
