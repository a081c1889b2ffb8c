package dev.scriptorium.standalone;

import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.Likelihood;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.image.UnreadableImageException;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.blob.BlobStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the model how likely the text of a label is on its page. The image is fetched where the label says it lies; one
 * that is gone, or that cannot be decoded, is no reason to doubt. Thread-safe: one label at a time.
 */
final class ModelPlausibility implements PlausibilityCheck, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelPlausibility.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Likelihood model;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Deserializer<PageImage> reader;
    private final BlobStore blobs;
    private final int maxPageBytes;

    /**
     * @param model closed with this
     * @param kafka settings of Kafka clients and serdes
     */
    ModelPlausibility(Likelihood model, Map<String, String> kafka, PageLimits limits, BlobStore blobs) {
        this.model = model;
        this.blobs = blobs;
        maxPageBytes = limits.maxPageBytes();
        reader = new AvroSerdes(kafka).pageImage().deserializer();
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        // A page that has expired is not replaced by the next one.
        config.put("auto.offset.reset", "latest");
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public synchronized OptionalDouble score(LabeledPage label) {
        try {
            Optional<ByteBuffer> image = image(label);
            if (image.isEmpty()) {
                LOG.info("event=not-judged page={} reason=\"image gone\"", label.getPageId());
                return OptionalDouble.empty();
            }
            return model.perCharacter(request(label, image.get()), regions(label), label.getTrueText());
        } catch (UnreadableImageException e) {
            LOG.info("event=not-judged page={} reason=\"{}\"", label.getPageId(), e.getMessage());
            return OptionalDouble.empty();
        } catch (RecordException e) {
            if (e.code().action() != ErrorCode.Action.DEAD_LETTER) {
                throw e;
            }
            LOG.info("event=not-judged page={} reason=\"{}\"", label.getPageId(), e.getMessage());
            return OptionalDouble.empty();
        }
    }

    private static PageRequest request(LabeledPage label, ByteBuffer image) {
        return new PageRequest(label.getPageId(), image, Prompt.FREE_OCR, Mode.of(label.getMode()), label.getDomain());
    }

    private static List<Region> regions(LabeledPage label) {
        return label.getRegions().stream()
                .map(r -> new Region(
                        r.getX0(), r.getY0(), r.getX1(), r.getY1(), r.getKind(), r.getText(), r.getConfidence()))
                .toList();
    }

    private Optional<ByteBuffer> image(LabeledPage label) {
        if (label.getBlob().isPresent()) {
            return Optional.of(blob(label.getBlob().get()));
        }
        return page(label.getSource())
                .flatMap(page -> page.getImage().or(() -> page.getBlob().map(this::blob)));
    }

    private ByteBuffer blob(BlobRef blob) {
        return ByteBuffer.wrap(blobs.get(blob, maxPageBytes));
    }

    /** The record at an offset, if it is still there. */
    private Optional<PageImage> page(SourceOffset source) {
        TopicPartition partition = new TopicPartition(source.getTopic(), source.getPartition());
        consumer.assign(List.of(partition));
        long first = consumer.beginningOffsets(List.of(partition)).get(partition);
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        if (source.getOffset() < first || source.getOffset() >= end) {
            return Optional.empty();
        }
        consumer.seek(partition, source.getOffset());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                return record.offset() == source.getOffset() && record.value() != null
                        ? Optional.of(reader.deserialize(record.topic(), record.value()))
                        : Optional.empty();
            }
        }
        throw new TimeoutException(partition + " offset " + source.getOffset() + ": a page within "
                + PATIENCE.toSeconds() + " s expected, none found");
    }

    @Override
    public void close() {
        model.close();
        consumer.close();
    }
}
