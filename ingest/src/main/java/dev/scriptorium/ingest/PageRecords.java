package dev.scriptorium.ingest;

import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Makes records of {@code ocr.pages}. Small images travel in their record; larger ones are written to the blob store
 * first, and the record says where they are.
 */
final class PageRecords {
    private final IngestConfig config;
    private final Clock clock;
    private final Optional<BlobStore> blobs;
    private final String topic;

    PageRecords(IngestConfig config, Clock clock, Optional<BlobStore> blobs) {
        this.config = config;
        this.clock = clock;
        this.blobs = blobs;
        this.topic = new Topics(config.topics(), config.limits()).pages().name();
    }

    /** Where the records go. */
    String topic() {
        return topic;
    }

    /**
     * Makes a page's record.
     *
     * @param count how many pages its document has
     * @param asked what is asked for it
     * @throws RefusedException if the page is too large to travel in its record and there is no blob store
     * @throws dev.scriptorium.schemas.RecordException if the blob store fails
     */
    ProducerRecord<String, PageImage> record(Page page, int count, Asked asked) throws RefusedException {
        int bytes = page.image().remaining();
        PageImage.Builder record = PageImage.newBuilder()
                .setPageId(page.id())
                .setDocumentId(page.documentId())
                .setPageNumber(page.number())
                .setPageCount(count)
                .setDocumentName(page.documentName())
                .setMediaType(page.mediaType())
                .setWidth(page.width())
                .setHeight(page.height())
                .setDpi(page.dpi())
                .setTask(asked.task())
                .setMode(asked.mode())
                .setDomain(asked.domain())
                .setIngestedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS));
        if (bytes <= config.limits().maxInlineBytes()) {
            record.setImage(page.image());
        } else if (blobs.isPresent()) {
            record.setBlob(blobs.get().put(page.image()));
        } else {
            throw new RefusedException(
                    Refusal.OVERSIZE,
                    page.documentName() + " page " + page.number() + ": at most limits.max-inline-bytes="
                            + config.limits().maxInlineBytes() + " expected where blobs.uri names no blob store, "
                            + bytes + " found");
        }
        return new ProducerRecord<>(topic, page.id(), record.build());
    }
}
