package dev.scriptorium.worker.replay;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where dead letters are looked through and their pages sent again. A replay puts the page's own record, byte for byte, on
 * the topic of pages once more: from there it goes the way of every page, exactly once. In the same transaction it notes the
 * letter, so that whoever replays next, on whatever machine, does not send it a second time while it waits. One process
 * replays at a time: the later one fences the earlier. Used by one thread.
 */
public final class DeadLetterDesk implements AutoCloseable {

    /** Header of a replayed page: where the letter lies, as {@code topic-partition@offset}. */
    public static final String REPLAY_OF = "scriptorium.replay-of";

    /** Header of a replayed page: how often it had been tried. */
    public static final String ATTEMPTS = "scriptorium.attempts";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterDesk.class);
    private static final int BATCH_PAGES = 16;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Topics topics;
    private final Map<String, Object> settings;
    private final PageLimits limits;
    private final TopicScan scan;
    private final Optional<BlobStore> blobs;
    private final Deserializer<PageImage> deserializer;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * @param kafka settings of Kafka clients and serdes
     * @param scan closed with the desk
     * @param blobs where large images lie; without it nobody looks whether they are still there
     */
    public DeadLetterDesk(
            Map<String, String> kafka, Topics topics, PageLimits limits, TopicScan scan, Optional<BlobStore> blobs) {
        this.topics = topics;
        this.limits = limits;
        this.scan = scan;
        this.blobs = blobs;
        deserializer = new AvroSerdes(kafka).pageImage().deserializer();
        settings = new HashMap<>(kafka);
        Map<String, Object> config = new HashMap<>(settings);
        config.putAll(limits.consumerConfig());
        config.put("group.id", group());
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "none");
        config.put("isolation.level", "read_committed");
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private String group() {
        return topics.deadLetters().name() + ".replay";
    }

    /** The letters that fit, partition by partition in their order, with what became of their pages. */
    public List<Letter> list(LetterFilter filter) {
        return list(filter, pending());
    }

    private List<Letter> list(LetterFilter filter, PendingReplays pending) {
        List<Letter> letters = new ArrayList<>();
        Map<String, Long> lastFailed = new HashMap<>();
        scan.all(
                topics.deadLetters(),
                (place, key, value) -> value.ifPresent(letter -> {
                    if (ofPages(letter)) {
                        lastFailed.merge(letter.getPageId(), letter.getSource().getOffset(), Math::max);
                    }
                    if (filter.fits(letter)) {
                        letters.add(new Letter(place, letter, Letter.State.OPEN));
                    }
                }));
        Set<String> wanted = letters.stream().map(it -> it.letter().getPageId()).collect(Collectors.toSet());
        Map<String, Long> lastRead = new HashMap<>();
        scan.all(topics.recognitions(), (place, pageId, page) -> {
            if (wanted.contains(pageId)) {
                page.ifPresent(it -> lastRead.merge(pageId, it.getSource().getOffset(), Math::max));
            }
        });
        return letters.stream()
                .map(letter -> letter.in(state(letter, lastRead, lastFailed, pending)))
                .toList();
    }

    /** A page's records lie in one partition, so what came of a later one has a later offset. */
    private Letter.State state(
            Letter letter, Map<String, Long> lastRead, Map<String, Long> lastFailed, PendingReplays pending) {
        if (!ofPages(letter.letter())) {
            return Letter.State.OPEN;
        }
        long source = letter.letter().getSource().getOffset();
        String page = letter.letter().getPageId();
        if (lastRead.getOrDefault(page, -1L) > source) {
            return Letter.State.READ;
        }
        if (lastFailed.getOrDefault(page, -1L) > source) {
            return Letter.State.FAILED_AGAIN;
        }
        return pending.contains(partition(letter), letter.place().getOffset())
                ? Letter.State.REPLAYED
                : Letter.State.OPEN;
    }

    private boolean ofPages(DeadLetter letter) {
        return letter.getSource().getTopic().equals(topics.pages().name());
    }

    /**
     * Sends the pages of open letters again.
     *
     * @param most letters at most
     * @param dryRun true to only say what would be done
     * @return what was done about each letter that fits, in the order of {@link #list}
     * @throws KafkaException if the broker does not take them, or another process replays; what was committed stays
     */
    public Map<Letter, Replayed> replay(LetterFilter filter, int most, boolean dryRun) {
        Map<Letter, Replayed> done = new LinkedHashMap<>();
        if (dryRun) {
            for (Letter letter : list(filter)) {
                done.put(letter, sent(done) < most ? fate(letter).outcome() : Replayed.LEFT);
            }
            return done;
        }
        try (Producer<byte[], byte[]> producer = producer()) {
            // Ends what an earlier process left open and fences it; only now do the notes hold still.
            producer.initTransactions();
            PendingReplays pending = pending();
            List<ProducerRecord<byte[], byte[]>> pages = new ArrayList<>();
            for (Letter letter : list(filter, pending)) {
                if (letter.state() == Letter.State.READ || letter.state() == Letter.State.FAILED_AGAIN) {
                    pending.remove(partition(letter), letter.place().getOffset());
                }
                Fate fate = sent(done) < most ? fate(letter) : Fate.of(Replayed.LEFT);
                done.put(letter, fate.outcome());
                if (fate.outcome() == Replayed.SENT) {
                    pages.add(again(letter, fate.page().orElseThrow()));
                    pending.add(partition(letter), letter.place().getOffset());
                }
                if (pages.size() >= BATCH_PAGES) {
                    commit(producer, pages, pending);
                }
            }
            if (!pages.isEmpty()) {
                commit(producer, pages, pending);
            }
        }
        return done;
    }

    private static long sent(Map<Letter, Replayed> done) {
        return done.values().stream().filter(it -> it == Replayed.SENT).count();
    }

    /** @param page its record, if it is to be sent */
    private record Fate(Replayed outcome, Optional<ConsumerRecord<byte[], byte[]>> page) {
        static Fate of(Replayed outcome) {
            return new Fate(outcome, Optional.empty());
        }
    }

    private Fate fate(Letter letter) {
        if (letter.state() != Letter.State.OPEN) {
            return Fate.of(Replayed.of(letter.state()));
        }
        if (!ofPages(letter.letter())) {
            return Fate.of(Replayed.NOT_A_PAGE);
        }
        return record(letter.letter().getSource())
                .filter(page -> page.value() != null && imageIsThere(page))
                .map(page -> new Fate(Replayed.SENT, Optional.of(page)))
                .orElse(Fate.of(Replayed.PAGE_GONE));
    }

    private ProducerRecord<byte[], byte[]> again(Letter letter, ConsumerRecord<byte[], byte[]> page) {
        ProducerRecord<byte[], byte[]> again =
                new ProducerRecord<>(topics.pages().name(), page.partition(), page.key(), page.value());
        again.headers()
                .add(REPLAY_OF, bytes(partition(letter) + "@" + letter.place().getOffset()));
        again.headers().add(ATTEMPTS, bytes(Integer.toString(letter.letter().getAttempts())));
        return again;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void commit(
            Producer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> pages, PendingReplays pending) {
        producer.beginTransaction();
        try {
            List<Future<RecordMetadata>> sent =
                    pages.stream().map(producer::send).toList();
            producer.sendOffsetsToTransaction(pending.notes(), consumer.groupMetadata());
            producer.commitTransaction();
            LOG.info("event=replayed pages={}", sent.size());
        } catch (ProducerFencedException e) {
            throw new KafkaException("another process replays dead letters now; what was committed before stays", e);
        } catch (KafkaException | IllegalStateException e) {
            // So that readers do not have to wait until the transaction times out.
            producer.abortTransaction();
            throw e;
        }
        pages.clear();
    }

    private PendingReplays pending() {
        String topic = topics.deadLetters().name();
        Set<TopicPartition> partitions = IntStream.range(0, topics.deadLetters().partitions())
                .mapToObj(number -> new TopicPartition(topic, number))
                .collect(Collectors.toSet());
        return PendingReplays.of(consumer.committed(partitions));
    }

    /** The record at a place; empty if retention has taken it. */
    private Optional<ConsumerRecord<byte[], byte[]>> record(SourceOffset at) {
        TopicPartition partition = new TopicPartition(at.getTopic(), at.getPartition());
        List<TopicPartition> one = List.of(partition);
        consumer.assign(one);
        if (at.getOffset() < consumer.beginningOffsets(one).get(partition)
                || at.getOffset() >= consumer.endOffsets(one).get(partition)) {
            return Optional.empty();
        }
        consumer.seek(partition, at.getOffset());
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (consumer.position(partition) <= at.getOffset()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                return record.offset() == at.getOffset() ? Optional.of(record) : Optional.empty();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new KafkaException(partition + " offset " + at.getOffset() + ": a record within " + ANSWER
                        + " expected, none found");
            }
        }
        return Optional.empty();
    }

    /** A record that cannot be read is sent as it is: what kept it from being read may be mended. */
    private boolean imageIsThere(ConsumerRecord<byte[], byte[]> record) {
        if (blobs.isEmpty()) {
            return true;
        }
        try {
            PageImage page = deserializer.deserialize(record.topic(), record.value());
            page.getBlob().ifPresent(blob -> blobs.get().get(blob, limits.maxPageBytes()));
            return true;
        } catch (RecordException e) {
            return switch (e.code()) {
                case BLOB_MISSING, BLOB_MISMATCH, BLOB_FORBIDDEN -> false;
                default -> true;
            };
        }
    }

    private Producer<byte[], byte[]> producer() {
        Map<String, Object> config = new HashMap<>(settings);
        config.putAll(limits.producerConfig());
        config.put("transactional.id", group());
        config.put("compression.type", "lz4");
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static TopicPartition partition(Letter letter) {
        return new TopicPartition(letter.place().getTopic(), letter.place().getPartition());
    }

    @Override
    public void close() {
        try (scan) {
            consumer.close();
        }
    }
}
