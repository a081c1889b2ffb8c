package dev.scriptorium.trainer.service.labels;

import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TextRegion;
import dev.scriptorium.schemas.Verdict;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the topic of labels into the store, each with its image. It reads every partition from where the store stands,
 * without a group: which labels were trained on is another matter, kept in the groups' offsets. Not thread-safe.
 */
public final class LabelReader implements AutoCloseable {
    private static final String LINE = "line";
    private static final String AUTO = "auto";
    private static final Logger LOG = LoggerFactory.getLogger(LabelReader.class);
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    private final Consumer<String, byte[]> consumer;
    private final Deserializer<LabeledPage> deserializer;
    private final PageImages images;
    private final LabelStore store;
    private final Clock clock;
    private long pauseNanos;
    private long resumeAt;
    private boolean withdrawn;

    /**
     * @param consumer of committed records, of no group; closed with this
     * @param partitions all of the topic's
     * @param images closed with this
     */
    public LabelReader(
            Consumer<String, byte[]> consumer,
            List<TopicPartition> partitions,
            Deserializer<LabeledPage> deserializer,
            PageImages images,
            LabelStore store,
            Clock clock) {
        this.consumer = consumer;
        this.deserializer = deserializer;
        this.images = images;
        this.store = store;
        this.clock = clock;
        consumer.assign(partitions);
        partitions.forEach(partition -> consumer.seek(partition, store.position(partition.partition())));
    }

    /**
     * Takes in what has come; waits for it at most so long.
     *
     * @return whether a label was withdrawn
     * @throws IOException if the store cannot be written
     */
    public boolean poll(Duration timeout) throws IOException {
        withdrawn = false;
        if (pauseNanos > 0 && System.nanoTime() - resumeAt < 0) {
            consumer.pause(consumer.assignment());
        } else {
            consumer.resume(consumer.paused());
        }
        ConsumerRecords<String, byte[]> records = consumer.poll(timeout);
        Map<Integer, Long> positions = new TreeMap<>();
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<String, byte[]> record : records.records(partition)) {
                if (!take(record)) {
                    consumer.seek(partition, record.offset());
                    break;
                }
                positions.put(partition.partition(), record.offset() + 1);
            }
        }
        store.moveTo(positions);
        return withdrawn;
    }

    /** False if it has to be tried again later. */
    private boolean take(ConsumerRecord<String, byte[]> record) throws IOException {
        try {
            if (record.value() == null) {
                store.remove(record.key());
                withdrawn = true;
            } else {
                keep(record, deserializer.deserialize(record.topic(), record.value()));
            }
            pauseNanos = 0;
            return true;
        } catch (RecordException e) {
            if (e.code().action() == ErrorCode.Action.DEAD_LETTER) {
                LOG.warn("event=label-skipped place={} code={} cause=\"{}\"", place(record), e.code(), e.getMessage());
                return true;
            }
            if (e.code().action() == ErrorCode.Action.STOP) {
                throw e;
            }
            later(record, e);
            return false;
        } catch (RetriableException e) {
            later(record, e);
            return false;
        }
    }

    private void keep(ConsumerRecord<String, byte[]> record, LabeledPage page) throws IOException {
        if (page.getVerdict() == Verdict.REJECTED) {
            store.remove(record.key());
            return;
        }
        String source = source(page);
        // The page may be gone from its topic when its label is corrected later.
        Optional<Label> known =
                store.find(page.getPageId()).filter(label -> label.source().equals(source));
        byte[] image = known.isPresent() ? store.read(known.get()) : images.of(page);
        Label label = new Label(
                page.getPageId(),
                page.getDocumentId(),
                page.getDomain(),
                record.partition(),
                record.offset(),
                source,
                DurableFiles.sha256(image),
                page.getTrueText(),
                page.getTask(),
                mode(page),
                page.getRegions().stream()
                        .map(r -> new Label.Line(r.getX0(), r.getY0(), r.getX1(), r.getY1(), r.getText()))
                        .toList(),
                reviewers(page),
                page.getRecognizedText(),
                page.getAdapterId(),
                clock.millis());
        store.put(label, image);
    }

    private static List<String> reviewers(LabeledPage page) {
        return Stream.concat(page.getReviewers().stream(), Stream.of(page.getReviewer()))
                .filter(name -> !name.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * How the page was asked for. A line model reports {@code line} for all it reads; that the whole picture was meant
     * to be one line shows in its only line, which begins in the corner.
     */
    private static String mode(LabeledPage page) {
        List<TextRegion> found = page.getRegions();
        boolean inside = found.stream().anyMatch(line -> line.getX0() > 0 || line.getY0() > 0);
        boolean cut = inside || page.getTrueText().strip().lines().count() > 1;
        return cut && page.getMode().equals(LINE) ? AUTO : page.getMode();
    }

    private static String source(LabeledPage page) {
        SourceOffset offset = page.getSource();
        return page.getBlob()
                .map(BlobRef::getSha256)
                .orElse(offset.getTopic() + "-" + offset.getPartition() + "/" + offset.getOffset());
    }

    private void later(ConsumerRecord<String, byte[]> record, KafkaException cause) {
        pauseNanos = Math.min(LONGEST_PAUSE_NANOS, Math.max(FIRST_PAUSE_NANOS, 2 * pauseNanos));
        resumeAt = System.nanoTime() + pauseNanos;
        LOG.warn(
                "event=label-waits place={} pauseMillis={} cause=\"{}\"",
                place(record),
                pauseNanos / 1_000_000,
                cause.getMessage());
    }

    private static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition() + " offset " + record.offset();
    }

    @Override
    public void close() {
        try (images) {
            consumer.close();
        }
    }
}
