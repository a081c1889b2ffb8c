package dev.scriptorium.documents.read;

import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.SourceOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Fetches records by their places, committed ones only. Belongs to no group. Used by one thread. */
final class RecordFetcher implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** Over fewer records than this it is read on; over more the next one is sought. */
    private static final int SKIPPED = 100;

    private final KafkaConsumer<String, byte[]> consumer;

    RecordFetcher(Map<String, String> kafka, PageLimits limits) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Fetches records.
     *
     * @return those that are still there
     * @throws TimeoutException if the broker does not answer
     */
    Map<SourceOffset, ConsumerRecord<String, byte[]>> fetch(Collection<SourceOffset> places) {
        Map<TopicPartition, NavigableSet<Long>> wanted = wanted(places);
        Map<SourceOffset, ConsumerRecord<String, byte[]>> found = new HashMap<>();
        consumer.assign(wanted.keySet());
        consumer.resume(wanted.keySet()); // what an earlier call was done with is paused still
        wanted.forEach(this::seek);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (!wanted.isEmpty()) {
            ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                deadline = System.nanoTime() + ANSWER.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(wanted.keySet() + ": records within " + ANSWER + " expected, none came");
            }
            for (ConsumerRecord<String, byte[]> record : records) {
                NavigableSet<Long> offsets = wanted.get(new TopicPartition(record.topic(), record.partition()));
                if (offsets != null && offsets.contains(record.offset())) {
                    found.put(new SourceOffset(record.topic(), record.partition(), record.offset()), record);
                }
            }
            goOn(wanted);
        }
        return found;
    }

    /** What a partition holds no more, or not yet, is not waited for. */
    private Map<TopicPartition, NavigableSet<Long>> wanted(Collection<SourceOffset> places) {
        Map<TopicPartition, NavigableSet<Long>> wanted = new HashMap<>();
        for (SourceOffset place : places) {
            wanted.computeIfAbsent(
                            new TopicPartition(place.getTopic(), place.getPartition()), partition -> new TreeSet<>())
                    .add(place.getOffset());
        }
        Map<TopicPartition, Long> first = consumer.beginningOffsets(wanted.keySet());
        Map<TopicPartition, Long> end = consumer.endOffsets(wanted.keySet());
        wanted.forEach((partition, offsets) ->
                offsets.removeIf(offset -> offset < first.get(partition) || offset >= end.get(partition)));
        wanted.values().removeIf(Set::isEmpty);
        return wanted;
    }

    private void seek(TopicPartition partition, NavigableSet<Long> offsets) {
        consumer.seek(partition, offsets.first());
    }

    /** Leaves out what has been passed, read or not: compaction leaves gaps. */
    private void goOn(Map<TopicPartition, NavigableSet<Long>> wanted) {
        List<TopicPartition> done = new ArrayList<>();
        wanted.forEach((partition, offsets) -> {
            long position = consumer.position(partition);
            offsets.headSet(position).clear();
            if (offsets.isEmpty()) {
                done.add(partition);
            } else if (offsets.first() - position > SKIPPED) {
                seek(partition, offsets);
            }
        });
        done.forEach(wanted::remove);
        consumer.pause(done);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
