package dev.scriptorium.worker;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Patience;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.blob.BlobStore;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Turns the bytes of a record into a page with its image, or says what is wrong with them. Foreign bytes
 * never throw here; what throws is a service that refuses us.
 *
 * <p>Thread-safe if the deserializer and the blob store are.
 */
final class PageLoader {

    private final Deserializer<PageImage> deserializer;
    private final BlobStore blobs;
    private final PageLimits limits;
    private final Patience patience;

    PageLoader(Deserializer<PageImage> deserializer, BlobStore blobs, PageLimits limits, Patience patience) {
        this.deserializer = deserializer;
        this.blobs = blobs;
        this.limits = limits;
        this.patience = patience;
    }

    /**
     * Reads a record.
     *
     * @param budget room for images that come from the blob store; what is taken is {@link #blobBytes} of the result
     * @throws RecordException if a service refuses us for good
     */
    Loaded load(ConsumerRecord<byte[], byte[]> record, ByteBudget budget) throws InterruptedException {
        PageImage page;
        try {
            page = patience.call(() -> deserialize(record));
        } catch (RecordException e) {
            return refuse("deserialize", e);
        }
        try {
            return new Loaded.Page(page, request(page, budget));
        } catch (RecordException e) {
            return refuse("fetch", e);
        }
    }

    /** Bytes of the budget that a page holds until it is finished. */
    static long blobBytes(Loaded loaded) {
        return loaded instanceof Loaded.Page page
                ? page.page().getBlob().map(BlobRef::getSize).orElse(0L)
                : 0;
    }

    private PageImage deserialize(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        if (value == null) {
            throw new RecordException(ErrorCode.INVALID_RECORD, place(record) + ": a page expected, no value found");
        }
        if (value.length > limits.maxRecordBytes()) {
            throw new RecordException(
                    ErrorCode.OVERSIZE,
                    place(record) + ": at most " + limits.maxRecordBytes() + " bytes expected, " + value.length
                            + " found");
        }
        try {
            return deserializer.deserialize(record.topic(), value);
        } catch (RecordException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new RecordException(ErrorCode.CORRUPT_RECORD, place(record) + ": not a page: " + e.getMessage(), e);
        }
    }

    private PageRequest request(PageImage page, ByteBudget budget) throws InterruptedException {
        Prompt prompt;
        Mode mode;
        try {
            prompt = Prompt.of(page.getTask());
            mode = Mode.of(page.getMode());
        } catch (IllegalArgumentException e) {
            throw new RecordException(ErrorCode.INVALID_RECORD, "page " + page.getPageId() + ": " + e.getMessage(), e);
        }
        return new PageRequest(page.getPageId(), image(page, budget), prompt, mode, page.getDomain());
    }

    private ByteBuffer image(PageImage page, ByteBudget budget) throws InterruptedException {
        if (page.getImage().isPresent() == page.getBlob().isPresent()) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    "page " + page.getPageId() + ": an image or a claim check expected, "
                            + (page.getImage().isPresent() ? "both" : "neither") + " found");
        }
        if (page.getImage().isPresent()) {
            ByteBuffer image = page.getImage().get();
            limits.check(page.getPageId(), image.remaining());
            return image;
        }
        BlobRef blob = page.getBlob().orElseThrow();
        if (blob.getSize() < 0) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    "page " + page.getPageId() + ": a claim check of at least 0 bytes expected, " + blob.getSize()
                            + " found");
        }
        limits.check(page.getPageId(), blob.getSize());
        budget.acquire(blob.getSize());
        try {
            return ByteBuffer.wrap(patience.call(() -> blobs.get(blob, limits.maxPageBytes())));
        } catch (RuntimeException | InterruptedException e) {
            budget.release(blob.getSize());
            throw e;
        }
    }

    private static Loaded.Refused refuse(String stage, RecordException e) {
        if (e.code().action() == ErrorCode.Action.STOP) {
            throw e;
        }
        return new Loaded.Refused(stage, e);
    }

    private static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition() + " offset " + record.offset();
    }
}
