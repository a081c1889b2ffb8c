package dev.scriptorium.ingest.documents;

import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The books on documents, which are {@code ocr.intake}: written when a document is accepted, opened and sent, and read
 * when somebody asks for one that is not in memory. Thread-safe.
 */
public final class DocumentLedger implements AutoCloseable {
    private final IngestConfig config;
    private final Topics topics;
    private final Optional<BlobStore> blobs;
    private final Clock clock;
    private final Producer<String, DocumentStatus> producer;
    /** For questions that are answered at once. */
    private final TopicScan books;
    /** For those that take a while. */
    private final TopicScan results;

    /** @param clock says when a state was reached */
    public DocumentLedger(IngestConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        blobs = config.blobs().uri().map(BlobStore::open);
        topics = new Topics(config.topics(), config.limits());
        producer = new KafkaProducer<>(
                config.producerConfig(),
                new StringSerializer(),
                new AvroSerdes(config.kafka()).documentStatus().serializer());
        books = new TopicScan(config.kafka(), config.limits());
        results = new TopicScan(config.kafka(), config.limits());
    }

    /** The topics it reads. */
    Topics topics() {
        return topics;
    }

    /** Now, as records can say it. */
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Begins to keep books on a document: all that is sent for it from now on is its own. Nothing is written yet.
     *
     * @param document without state, offsets and times
     */
    public DocumentStatus open(DocumentStatus.Builder document) {
        return open(document, ends());
    }

    /**
     * Begins to keep books on a document, as {@link #open(DocumentStatus.Builder)}.
     *
     * @param from where the topics ended before anything was sent for it
     */
    DocumentStatus open(DocumentStatus.Builder document, Ends from) {
        Instant now = now();
        return document.setState(DocumentState.ACCEPTED.name())
                .setPagesFrom(from.pages())
                .setRecognitionsFrom(from.recognitions())
                .setDeadLettersFrom(from.deadLetters())
                .setAcceptedAt(now)
                .setChangedAt(now)
                .build();
    }

    /**
     * Where topics end, by partition.
     *
     * @param pages of {@code ocr.pages}
     * @param recognitions of {@code ocr.recognitions}
     * @param deadLetters of {@code ocr.dead-letters}
     */
    record Ends(List<Long> pages, List<Long> recognitions, List<Long> deadLetters) {
        Ends {
            pages = List.copyOf(pages);
            recognitions = List.copyOf(recognitions);
            deadLetters = List.copyOf(deadLetters);
        }

        /** What lies behind this is everything. */
        Ends beginnings() {
            return new Ends(zeros(pages), zeros(recognitions), zeros(deadLetters));
        }

        private static List<Long> zeros(List<Long> offsets) {
            return Collections.nCopies(offsets.size(), 0L);
        }
    }

    /** Where the topics end now. */
    Ends ends() {
        synchronized (books) {
            return new Ends(
                    books.ends(topics.pages()), books.ends(topics.recognitions()), books.ends(topics.deadLetters()));
        }
    }

    /**
     * Writes a status and waits until the brokers have it.
     *
     * @throws KafkaException if they do not take it
     */
    public void put(DocumentStatus status) {
        put(List.of(status));
    }

    /** Writes statuses, as {@link #put(DocumentStatus)}. */
    void put(List<DocumentStatus> statuses) {
        List<Future<RecordMetadata>> places = statuses.stream()
                .map(status ->
                        producer.send(new ProducerRecord<>(topics.intake().name(), status.getDocumentId(), status)))
                .toList();
        for (int i = 0; i < places.size(); i++) {
            try {
                places.get(i).get();
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            } catch (ExecutionException e) {
                throw new KafkaException(
                        "document " + statuses.get(i).getDocumentId() + ": its status did not arrive: "
                                + e.getCause().getMessage(),
                        e.getCause());
            }
        }
    }

    /** The last word on a document. */
    public Optional<DocumentStatus> find(String documentId) {
        Map<String, DocumentStatus> last = new TreeMap<>();
        synchronized (books) {
            books.partitionOf(documentId, topics.intake(), (place, id, status) -> {
                if (status.isPresent()) {
                    last.put(id, status.get());
                } else {
                    last.remove(id);
                }
            });
        }
        return Optional.ofNullable(last.get(documentId));
    }

    /** Every status that was written since a time. */
    void since(Instant time, Consumer<DocumentStatus> visitor) {
        synchronized (books) {
            books.since(topics.intake(), time, (place, id, status) -> status.ifPresent(visitor));
        }
    }

    /** Every result of a document's pages up to now. */
    void results(DocumentStatus document, Consumer<PageOutcome> visitor) {
        String prefix = document.getDocumentId() + "/";
        Predicate<String> own = pageId -> PageIds.isPageOf(prefix, pageId);
        synchronized (results) {
            results.since(
                    topics.recognitions(),
                    document.getRecognitionsFrom(),
                    own,
                    (place, pageId, read) ->
                            read.ifPresent(recognition -> visitor.accept(PageOutcome.of(place, recognition))));
            results.since(
                    topics.deadLetters(),
                    document.getDeadLettersFrom(),
                    own,
                    (place, pageId, letter) ->
                            letter.ifPresent(given -> visitor.accept(PageOutcome.of(PageIds.number(pageId), given))));
        }
    }

    /**
     * The image of a page.
     *
     * @return empty if it is kept no longer
     * @throws RecordException if the blob store fails
     */
    public Optional<PageScan.Image> image(SourceOffset place) {
        List<PageImage> found = new ArrayList<>();
        synchronized (results) {
            results.at(topics.pages(), List.of(place), (at, pageId, page) -> page.ifPresent(found::add));
        }
        return found.stream().findFirst().flatMap(this::image);
    }

    private Optional<PageScan.Image> image(PageImage page) {
        Optional<ByteBuffer> bytes = page.getImage();
        if (bytes.isEmpty() && blobs.isPresent()) {
            bytes = page.getBlob()
                    .map(blob -> ByteBuffer.wrap(
                            blobs.get().get(blob, config.limits().maxPageBytes())));
        }
        return bytes.map(image -> new PageScan.Image(image, page.getDpi()));
    }

    /** The texts of pages, by number; of one that is gone there is none. */
    public Map<Integer, Recognition> recognitions(Collection<PageOutcome> pages) {
        Map<Integer, Recognition> texts = new TreeMap<>();
        List<SourceOffset> places =
                pages.stream().flatMap(page -> page.recognition().stream()).toList();
        synchronized (results) {
            results.at(
                    topics.recognitions(),
                    places,
                    (place, pageId, read) -> read.ifPresent(text -> texts.put(text.getPageNumber(), text)));
        }
        return texts;
    }

    @Override
    public void close() {
        producer.close();
        synchronized (books) {
            books.close();
        }
        synchronized (results) {
            results.close();
        }
    }
}
