package dev.scriptorium.trainer.service.labels;

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
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Finds the image of a labeled page: in the blob store, or in the record of {@code ocr.pages} that the label names.
 * Not thread-safe.
 */
public final class PageImages implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String topic;
    private final int partitions;
    private final PageLimits limits;
    private final BlobStore blobs;
    private final Consumer<byte[], byte[]> consumer;
    private final Deserializer<PageImage> deserializer;

    /**
     * @param topic where pages lie
     * @param partitions how many it has
     * @param consumer of no group, with no way to reset an offset; closed with this
     */
    public PageImages(
            String topic,
            int partitions,
            PageLimits limits,
            BlobStore blobs,
            Consumer<byte[], byte[]> consumer,
            Deserializer<PageImage> deserializer) {
        this.topic = topic;
        this.partitions = partitions;
        this.limits = limits;
        this.blobs = blobs;
        this.consumer = consumer;
        this.deserializer = deserializer;
    }

    /**
     * The encoded image.
     *
     * @throws RecordException if it is gone or not what the label says, or, with a code that says retry, if it cannot
     *     be had now
     */
    public byte[] of(LabeledPage label) {
        if (label.getBlob().isPresent()) {
            return blob(label.getBlob().get());
        }
        PageImage page = page(label);
        if (!page.getPageId().equals(label.getPageId())) {
            throw gone(label, "page " + page.getPageId() + " found");
        }
        if (page.getImage().isPresent()) {
            ByteBuffer image = page.getImage().get().duplicate();
            byte[] bytes = new byte[image.remaining()];
            image.get(bytes);
            return bytes;
        }
        return blob(page.getBlob().orElseThrow(() -> gone(label, "a page without image found")));
    }

    private byte[] blob(BlobRef ref) {
        return blobs.get(ref, limits.maxPageBytes());
    }

    private PageImage page(LabeledPage label) {
        SourceOffset source = label.getSource();
        if (!source.getTopic().equals(topic) || source.getPartition() < 0 || source.getPartition() >= partitions) {
            throw gone(label, "no such partition");
        }
        TopicPartition partition = new TopicPartition(topic, source.getPartition());
        ConsumerRecord<byte[], byte[]> record =
                record(partition, source.getOffset()).orElseThrow(() -> gone(label, "offset no longer there"));
        if (record.value() == null) {
            throw gone(label, "no value found");
        }
        return deserializer.deserialize(topic, record.value());
    }

    private Optional<ConsumerRecord<byte[], byte[]>> record(TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        // A seek to the end would wait for a record that is yet to come.
        if (consumer.endOffsets(List.of(partition)).get(partition) <= offset) {
            return Optional.empty();
        }
        consumer.seek(partition, offset);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    return record.offset() == offset ? Optional.of(record) : Optional.empty();
                }
            } catch (OffsetOutOfRangeException e) {
                return Optional.empty();
            }
        }
        throw new RecordException(
                ErrorCode.BROKER_UNAVAILABLE,
                partition + " offset " + offset + ": a record within " + ANSWER + " expected, none came");
    }

    private RecordException gone(LabeledPage label, String found) {
        SourceOffset source = label.getSource();
        return new RecordException(
                ErrorCode.INVALID_RECORD,
                "label of page " + label.getPageId() + ": its image at " + source.getTopic() + "-"
                        + source.getPartition() + " offset " + source.getOffset() + " expected, " + found);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
