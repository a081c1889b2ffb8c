package dev.scriptorium.ingest;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.blob.BlobStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Puts pages on {@code ocr.pages}, keyed by pageId. Single pages go out by themselves, those of a longer document
 * through its {@link DocumentSender}. Used by one thread.
 */
public final class PageProducer implements AutoCloseable {

    /** A page on its way. */
    private record Pending(String pageId, Future<RecordMetadata> sent) {}

    private final IngestConfig config;
    private final PageRecords records;
    private final Producer<String, PageImage> producer;
    private final Function<String, Producer<String, PageImage>> transactional;
    private final ProgressNotes notes;
    private final List<Pending> pending = new ArrayList<>();

    /**
     * Connects to the cluster.
     *
     * @param clock says when a page was taken in
     */
    public PageProducer(IngestConfig config, Clock clock) {
        this(
                config,
                new PageRecords(config, clock, config.blobs().uri().map(BlobStore::open)),
                producer(config, config.producerConfig()),
                id -> producer(config, config.transactionalConfig(id)));
    }

    private PageProducer(
            IngestConfig config,
            PageRecords records,
            Producer<String, PageImage> producer,
            Function<String, Producer<String, PageImage>> transactional) {
        this(config, records, producer, transactional, new GroupNotes(config, records.topic()));
    }

    /** @param transactional makes a producer with a transactional id */
    PageProducer(
            IngestConfig config,
            PageRecords records,
            Producer<String, PageImage> producer,
            Function<String, Producer<String, PageImage>> transactional,
            ProgressNotes notes) {
        this.config = config;
        this.records = records;
        this.producer = producer;
        this.transactional = transactional;
        this.notes = notes;
    }

    private static Producer<String, PageImage> producer(IngestConfig config, Map<String, Object> settings) {
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        return new KafkaProducer<>(
                settings, new StringSerializer(), serdes.pageImage().serializer());
    }

    /**
     * Sends a document's only page; it has arrived when {@link #flush} has returned. Waits while the producer's buffer
     * is full.
     *
     * @param asked what is asked for it
     * @throws RefusedException if the page is too large to travel in its record and there is no blob store
     * @throws dev.scriptorium.schemas.RecordException if the blob store fails
     */
    public void send(Page page, Asked asked) throws RefusedException {
        pending.add(new Pending(page.id(), producer.send(records.record(page, 1, asked))));
    }

    /** What is asked for the pages of a document that nothing else is asked for. */
    Asked asked() {
        return config.ingest().asked();
    }

    /**
     * Begins to send a document of several pages, where an earlier run that was interrupted left off.
     *
     * @param count how many pages it has
     * @param asked what is asked for them
     * @return closed by the caller
     */
    DocumentSender document(String documentId, int count, Asked asked) {
        return new DocumentSender(
                documentId,
                records,
                asked,
                transactional.apply(notes.group(documentId)),
                notes,
                DocumentProgress.start(count, asked.digest(config.render().dpi())));
    }

    /** Forgets how far a document has come, should an earlier run have been killed just before that. */
    public void forget(String documentId) {
        notes.forget(documentId);
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
        notes.close();
    }
}
