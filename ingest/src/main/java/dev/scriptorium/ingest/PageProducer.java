package dev.scriptorium.ingest;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Puts pages on {@code ocr.pages}, keyed by pageId. Small images travel in their record; larger ones are written to
 * the blob store first, and the record says where they are. Used by one thread.
 */
public final class PageProducer implements AutoCloseable {

    /** A page on its way. */
    private record Pending(String pageId, Future<RecordMetadata> sent) {}

    private final IngestConfig config;
    private final String topic;
    private final Producer<String, PageImage> producer;
    private final Optional<BlobStore> blobs;
    private final Clock clock;
    private final List<Pending> pending = new ArrayList<>();

    /**
     * Connects to the cluster.
     *
     * @param clock says when a page was taken in
     */
    public PageProducer(IngestConfig config, Clock clock) {
        this(config, clock, config.blobs().uri().map(BlobStore::open), producer(config));
    }

    PageProducer(IngestConfig config, Clock clock, Optional<BlobStore> blobs, Producer<String, PageImage> producer) {
        this.config = config;
        this.clock = clock;
        this.blobs = blobs;
        this.producer = producer;
        this.topic = new Topics(config.topics(), config.limits()).pages().name();
    }

    private static Producer<String, PageImage> producer(IngestConfig config) {
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        return new KafkaProducer<>(
                config.producerConfig(),
                new StringSerializer(),
                serdes.pageImage().serializer());
    }

    /**
     * Sends a page; it has arrived when {@link #flush} has returned. Waits while the producer's buffer is full.
     *
     * @throws RefusedException if the page is too large to travel in its record and there is no blob store
     * @throws dev.scriptorium.schemas.RecordException if the blob store fails
     */
    public void send(Page page) throws RefusedException {
        int bytes = page.image().remaining();
        PageImage.Builder record = PageImage.newBuilder()
                .setPageId(page.id())
                .setDocumentId(page.documentId())
                .setPageNumber(page.number())
                .setDocumentName(page.documentName())
                .setMediaType(page.mediaType())
                .setWidth(page.width())
                .setHeight(page.height())
                .setDpi(page.dpi())
                .setTask(config.ingest().task())
                .setMode(config.ingest().mode())
                .setDomain(config.ingest().domain())
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
        pending.add(new Pending(page.id(), producer.send(new ProducerRecord<>(topic, page.id(), record.build()))));
    }

    /**
     * Waits until every page has arrived.
     *
     * @return the pages sent since the last call, in the order of sending
     * @throws KafkaException if one of them did not arrive
     */
    public List<SentPage> flush() {
        producer.flush();
        List<SentPage> arrived = new ArrayList<>();
        for (Pending page : pending) {
            RecordMetadata place = await(page);
            arrived.add(
                    new SentPage(page.pageId(), new SourceOffset(place.topic(), place.partition(), place.offset())));
        }
        pending.clear();
        return arrived;
    }

    private static RecordMetadata await(Pending page) {
        try {
            return page.sent().get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new KafkaException(
                    "page " + page.pageId() + ": did not arrive: "
                            + e.getCause().getMessage(),
                    e.getCause());
        }
    }

    /** Waits for pages under way, then disconnects. */
    @Override
    public void close() {
        producer.close();
    }
}
