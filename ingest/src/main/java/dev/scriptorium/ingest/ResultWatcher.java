package dev.scriptorium.ingest;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private final IngestConfig config;
    private final Topics topics;
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
        this.config = config;
        this.clock = clock;
        topics = new Topics(config.topics(), config.limits());
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

    /**
     * Waits until every page has its result that an earlier run sent, whose results may have come before this watcher.
     * Where that run's records are is not known, so the latest result of a page counts, even if it is of a reading before.
     *
     * @param pageIds the pages
     * @param patience how long to wait without any result before giving up
     * @param results told each result as it comes
     * @return the pages that are still without one; empty unless patience ran out
     */
    public List<String> awaitEarlier(Collection<String> pageIds, Duration patience, Consumer<PageResult> results) {
        Set<String> open = new LinkedHashSet<>(pageIds);
        List<Long> recognitionsFrom = List.of();
        List<Long> lettersFrom = List.of();
        try (TopicScan scan = new TopicScan(config.kafka(), config.limits())) {
            Instant last = clock.instant();
            while (!open.isEmpty() && clock.instant().isBefore(last.plus(patience))) {
                Map<String, PageResult> latest = new LinkedHashMap<>();
                List<Long> recognitionsTo = scan.ends(topics.recognitions());
                List<Long> lettersTo = scan.ends(topics.deadLetters());
                scan.since(
                        topics.recognitions(),
                        recognitionsFrom,
                        open::contains,
                        (place, pageId, value) ->
                                value.ifPresent(read -> keepLatest(latest, pageId, new PageResult.Recognized(read))));
                scan.since(
                        topics.deadLetters(),
                        lettersFrom,
                        open::contains,
                        (place, pageId, value) ->
                                value.ifPresent(letter -> keepLatest(latest, pageId, new PageResult.GivenUp(letter))));
                recognitionsFrom = recognitionsTo;
                lettersFrom = lettersTo;
                latest.values().forEach(results);
                if (!latest.isEmpty()) {
                    last = clock.instant();
                }
                open.removeAll(latest.keySet());
                if (!open.isEmpty()) {
                    consumer.poll(POLL); // until there may be more
                }
            }
        }
        return List.copyOf(open);
    }

    private static void keepLatest(Map<String, PageResult> latest, String pageId, PageResult result) {
        latest.merge(
                pageId,
                result,
                (former, next) -> former.source().getOffset() > next.source().getOffset() ? former : next);
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
