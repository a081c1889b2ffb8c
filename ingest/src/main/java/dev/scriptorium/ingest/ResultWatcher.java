package dev.scriptorium.ingest;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what becomes of pages, on {@code ocr.recognitions} and {@code ocr.dead-letters}. Made before the pages
 * are sent, so that no result is missed; it knows a page's result by its source offset, so that an older result of
 * the same page is not taken for it. Used by one thread.
 */
public final class ResultWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ResultWatcher.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Clock clock;
    private final String recognitions;
    private final Deserializer<Recognition> recognitionReader;
    private final Deserializer<DeadLetter> letterReader;
    private final KafkaConsumer<String, byte[]> consumer;

    /**
     * Notes where the topics end now.
     *
     * @param clock measures how long is waited
     */
    public ResultWatcher(IngestConfig config, Clock clock) {
        this.clock = clock;
        Topics topics = new Topics(config.topics(), config.limits());
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        recognitions = topics.recognitions().name();
        recognitionReader = serdes.recognition().deserializer();
        letterReader = serdes.deadLetter().deserializer();
        consumer = new KafkaConsumer<>(config.consumerConfig(), new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(
                        recognitions, topics.deadLetters().name())
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        // Seeking is lazy; asking for the position does it now.
        partitions.forEach(consumer::position);
    }

    /**
     * Waits until every page has its result.
     *
     * @param pages what was sent after this watcher was made
     * @param patience how long to wait without any result before giving up
     * @param results told each result as it comes
     * @return the pages that are still without one; empty unless patience ran out
     */
    public List<SentPage> await(Collection<SentPage> pages, Duration patience, Consumer<PageResult> results) {
        Map<SourceOffset, SentPage> open = new HashMap<>();
        pages.forEach(page -> open.put(page.source(), page));
        Instant last = clock.instant();
        while (!open.isEmpty() && clock.instant().isBefore(last.plus(patience))) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                Optional<PageResult> result = read(record).filter(read -> open.remove(read.source()) != null);
                if (result.isPresent()) {
                    results.accept(result.get());
                    last = clock.instant();
                }
            }
        }
        return List.copyOf(open.values());
    }

    /** Empty for what is no result; others may write to these topics too. */
    private Optional<PageResult> read(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    record.topic().equals(recognitions)
                            ? new PageResult.Recognized(recognitionReader.deserialize(record.topic(), record.value()))
                            : new PageResult.GivenUp(letterReader.deserialize(record.topic(), record.value())));
        } catch (RecordException e) {
            LOG.warn(
                    "topic={} partition={} offset={} code={} not a result",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.code());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
