package dev.scriptorium.trainer.service.watch;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.trainer.service.gate.Reading;
import dev.scriptorium.trainer.service.labels.Label;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What adapters on trial have read beside the active ones, as {@code ocr.shadows} has it, for the corrections that come.
 * The topic is followed while there is such a trial, from where the oldest began. The latest readings are kept, up to
 * {@value #MOST_CHARACTERS} characters of text; a page that is corrected after its reading went is not heard. Not thread-safe.
 */
public final class ShadowReadings implements AutoCloseable {
    /** Room for 8,000 pages of 2,000 characters, or half a million lines. */
    static final int MOST_CHARACTERS = 1 << 24;

    private static final Logger LOG = LoggerFactory.getLogger(ShadowReadings.class);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Clocks of workers and of the desk that began the trial differ. */
    private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);

    private final Consumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Deserializer<Recognition> deserializer;
    private final int most;
    private final Map<String, Shadow> shadows = new LinkedHashMap<>();
    private Map<String, Instant> candidates = Map.of();
    private long characters;

    private record Shadow(String adapterId, Reading reading) {
        int characters() {
            return reading.text().length();
        }
    }

    /**
     * @param consumer of committed records, of no group; closed with this
     * @param partitions of the topic, all of them
     */
    public ShadowReadings(
            Consumer<String, byte[]> consumer,
            List<TopicPartition> partitions,
            Deserializer<Recognition> deserializer) {
        this(consumer, partitions, deserializer, MOST_CHARACTERS);
    }

    /** @param most characters that are kept */
    ShadowReadings(
            Consumer<String, byte[]> consumer,
            List<TopicPartition> partitions,
            Deserializer<Recognition> deserializer,
            int most) {
        this.consumer = consumer;
        this.partitions = List.copyOf(partitions);
        this.deserializer = deserializer;
        this.most = most;
    }

    /**
     * Reads what has come since.
     *
     * @param onTrial adapters whose readings are wanted, and since when each is on trial
     * @throws TimeoutException if the broker does not answer
     */
    public void follow(Map<String, Instant> onTrial) {
        if (!candidates.entrySet().containsAll(onTrial.entrySet())) {
            seek(onTrial.values().stream().min(Instant::compareTo).orElseThrow());
        }
        candidates = Map.copyOf(onTrial);
        if (candidates.isEmpty()) {
            clear();
            return;
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                deadline = System.nanoTime() + ANSWER.toNanos();
                take(record);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("shadow readings: their end within " + ANSWER + " expected, not reached");
            }
        }
    }

    private void seek(Instant since) {
        clear();
        consumer.assign(partitions);
        long from = since.minus(CLOCKS_DIFFER).toEpochMilli();
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> from)));
        for (TopicPartition partition : partitions) {
            OffsetAndTimestamp first = found.get(partition);
            if (first == null) {
                consumer.seekToEnd(List.of(partition));
            } else {
                consumer.seek(partition, first.offset());
            }
        }
    }

    private void clear() {
        shadows.clear();
        characters = 0;
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        drop(record.key());
        if (record.value() == null) {
            return;
        }
        try {
            Recognition read = deserializer.deserialize(record.topic(), record.value());
            if (candidates.containsKey(read.getAdapterId())) {
                boolean looped = read.getFinishReason().equals("LOOP");
                Shadow shadow =
                        new Shadow(read.getAdapterId(), new Reading(read.getText(), looped, read.getConfidence()));
                shadows.put(record.key(), shadow);
                characters += shadow.characters();
                makeRoom();
            }
        } catch (RecordException e) {
            if (e.code().action() != ErrorCode.Action.DEAD_LETTER) {
                throw e;
            }
            LOG.warn(
                    "event=not-read topic={} partition={} offset={} code={}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.code());
        }
    }

    private void drop(String pageId) {
        Shadow former = shadows.remove(pageId);
        characters -= former == null ? 0 : former.characters();
    }

    private void makeRoom() {
        Iterator<Shadow> oldest = shadows.values().iterator();
        while (characters > most && oldest.hasNext()) {
            characters -= oldest.next().characters();
            oldest.remove();
        }
    }

    /** What an adapter on trial read from a page, as of the last {@link #follow}; one that failed has no text. */
    public Optional<Reading> find(String pageId, String adapterId) {
        return Optional.ofNullable(shadows.get(pageId))
                .filter(shadow -> shadow.adapterId().equals(adapterId))
                .map(Shadow::reading);
    }

    /**
     * The trial after documents of which both adapters have read every page: the active one as it stands on the labels, the
     * one on trial as it stands here.
     */
    public Trial hear(Trial trial, List<Label> labels) {
        List<Reading> readings = labels.stream()
                .map(label -> find(label.pageId(), trial.adapterId()).orElseThrow())
                .toList();
        return trial.after(labels, readings, labels.stream().map(Look::live).toList());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
