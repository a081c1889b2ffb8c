package dev.scriptorium.schemas;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
 * Reads topics from their beginning, or a later place, to where they end when it is asked, committed records only; for questions that are
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
        // Where time has deleted what is asked for, the rest is what there is.
        config.put("auto.offset.reset", "earliest");
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
        since(topic, List.of(), key -> true, visitor);
    }

    /**
     * Reads records with certain keys that were written since a moment, as {@link #all} does; others are not decoded.
     *
     * @param from first offset by partition number; partitions that it does not name are read from their beginning
     */
    public <T extends SpecificRecord> void since(
            Topic<T> topic, List<Long> from, Predicate<String> keys, Visitor<T> visitor) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        for (TopicPartition partition : partitions(topic)) {
            starts.put(partition, partition.partition() < from.size() ? from.get(partition.partition()) : 0L);
        }
        read(topic, starts, ends(starts.keySet()), keys, visitor);
    }

    /** Reads what was written since a time, as {@link #all} does. */
    public <T extends SpecificRecord> void since(Topic<T> topic, Instant time, Visitor<T> visitor) {
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions(topic).forEach(partition -> times.put(partition, time.toEpochMilli()));
        Map<TopicPartition, Long> ends = ends(times.keySet());
        Map<TopicPartition, Long> starts = new HashMap<>();
        consumer.offsetsForTimes(times)
                .forEach((partition, first) ->
                        starts.put(partition, first == null ? ends.get(partition) : Long.valueOf(first.offset())));
        read(topic, starts, ends, key -> true, visitor);
    }

    /** Reads single records whose places are known, partition by partition, each in its order. */
    public <T extends SpecificRecord> void at(Topic<T> topic, Collection<SourceOffset> places, Visitor<T> visitor) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (SourceOffset place : places) {
            TopicPartition partition = new TopicPartition(place.getTopic(), place.getPartition());
            starts.merge(partition, place.getOffset(), Math::min);
            ends.merge(partition, place.getOffset() + 1, Math::max);
        }
        Set<SourceOffset> wanted = Set.copyOf(places);
        read(topic, starts, ends, key -> true, (place, key, value) -> {
            if (wanted.contains(place)) {
                visitor.visit(place, key, value);
            }
        });
    }

    /** Where each partition of a topic ends, by its number: what is written from now on lies there or behind. */
    public List<Long> ends(Topic<?> topic) {
        Map<TopicPartition, Long> ends = ends(partitions(topic));
        return partitions(topic).stream().map(ends::get).toList();
    }

    private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        return consumer.endOffsets(partitions, ANSWER);
    }

    private List<TopicPartition> partitions(Topic<?> topic) {
        return consumer.partitionsFor(topic.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
    }

    /** Reads the records of one key, as {@link #all} does. */
    public <T extends SpecificRecord> void partitionOf(String key, Topic<T> topic, Visitor<T> visitor) {
        int partitions = consumer.partitionsFor(topic.name()).size();
        int partition = Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
        TopicPartition only = new TopicPartition(topic.name(), partition);
        read(topic, Map.of(only, 0L), ends(List.of(only)), key::equals, visitor);
    }

    private <T extends SpecificRecord> void read(
            Topic<T> topic,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            Predicate<String> keys,
            Visitor<T> visitor) {
        Deserializer<T> deserializer = serdes.of(topic.valueType()).deserializer();
        consumer.assign(starts.keySet());
        consumer.resume(starts.keySet());
        starts.forEach(consumer::seek);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (!pauseEnded(ends)) {
            ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                deadline = System.nanoTime() + ANSWER.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(topic.name() + ": its end within " + ANSWER + " expected, not reached");
            }
            for (ConsumerRecord<String, byte[]> record : records) {
                boolean early = record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()));
                if (early && keys.test(record.key() == null ? "" : record.key())) {
                    visit(record, deserializer, visitor);
                }
            }
        }
    }

    /** Reads no further where the end is reached; true if that is so everywhere. */
    private boolean pauseEnded(Map<TopicPartition, Long> ends) {
        Set<TopicPartition> ended = consumer.assignment().stream()
                .filter(partition -> consumer.position(partition) >= ends.get(partition))
                .collect(Collectors.toSet());
        consumer.pause(ended);
        return ended.size() == consumer.assignment().size();
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
