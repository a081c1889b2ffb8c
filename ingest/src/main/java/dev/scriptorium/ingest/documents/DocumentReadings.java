package dev.scriptorium.ingest.documents;

import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.schemas.DocumentStatus;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The documents that somebody sends or asks for. They are followed on the topics; one that is not in memory, because it
 * was sent before a restart, by somebody else or long ago, is read from the topics when it is asked for: its status from
 * {@code ocr.intake}, its results from the offsets that stand there. So memory holds what is asked for, up to a bound,
 * and the least recently asked for leaves first. Thread-safe.
 */
public final class DocumentReadings implements AutoCloseable {
    private static final int MOST_DOCUMENTS = 1000;
    private static final int MOST_PAGES = 500_000;

    private final DocumentLedger ledger;
    private final IdempotencyKeys keys;
    private final TopicFollower follower;

    /** By documentId, the least recently asked for first. */
    private final Map<String, DocumentReading> readings = new LinkedHashMap<>(16, 0.75f, true);

    /** Held by whoever fills a reading. */
    private final Object filling = new Object();

    /** Held by whoever changes a status, so that no change is lost. */
    private final Object changing = new Object();

    private DocumentReadings(IngestConfig config, DocumentLedger ledger, Clock clock) {
        this.ledger = ledger;
        keys = new IdempotencyKeys(config.ingest().http().keyRetention(), clock);
        follower = new TopicFollower(config, this);
    }

    /**
     * Begins to follow the topics.
     *
     * @param ledger closed by the caller, after this
     */
    public static DocumentReadings follow(IngestConfig config, DocumentLedger ledger, Clock clock) {
        DocumentReadings readings = new DocumentReadings(config, ledger, clock);
        readings.follower.start();
        ledger.since(ledger.now().minus(config.ingest().http().keyRetention()), readings.keys::note);
        return readings;
    }

    /** Who asked for what with which key. */
    public IdempotencyKeys keys() {
        return keys;
    }

    /** Follows a document from its beginning. */
    public void begin(DocumentStatus status) {
        DocumentReading reading = new DocumentReading(ledger.topics().pages().name(), status);
        reading.markFilled();
        Optional<DocumentReading> former;
        synchronized (readings) {
            former = Optional.ofNullable(readings.put(status.getDocumentId(), reading));
            evict();
        }
        keys.note(status);
        former.ifPresent(DocumentReading::wake);
    }

    /**
     * The reading of a document.
     *
     * @return empty for one that nobody knows
     */
    public Optional<DocumentReading> find(String documentId) {
        Optional<DocumentReading> known = known(documentId);
        if (known.filter(DocumentReading::filled).isPresent()) {
            return known;
        }
        synchronized (filling) {
            known = known(documentId);
            if (known.isPresent()) {
                return known; // filled by whoever held the lock
            }
            Optional<DocumentStatus> status = ledger.find(documentId);
            return status.map(this::fill);
        }
    }

    /** First it is followed, then what came before is read: so nothing is missed, and what comes twice does no harm. */
    private DocumentReading fill(DocumentStatus status) {
        DocumentReading reading = new DocumentReading(ledger.topics().pages().name(), status);
        synchronized (readings) {
            readings.put(status.getDocumentId(), reading);
        }
        try {
            ledger.results(status, reading::result);
            reading.markFilled();
            synchronized (readings) {
                evict();
            }
            return reading;
        } finally {
            if (!reading.filled()) {
                synchronized (readings) {
                    readings.remove(status.getDocumentId(), reading);
                }
            }
        }
    }

    private Optional<DocumentReading> known(String documentId) {
        synchronized (readings) {
            return Optional.ofNullable(readings.get(documentId));
        }
    }

    /** Whether somebody follows a document; does not count as asking for it. */
    boolean isFollowed(String documentId) {
        synchronized (readings) {
            return readings.containsKey(documentId);
        }
    }

    /** Takes a status that was written, here or elsewhere. */
    public void update(DocumentStatus status) {
        keys.note(status);
        Optional<DocumentReading> known = followed(status.getDocumentId());
        if (known.isEmpty()) {
            return;
        }
        if (known.get().isOf(status)) {
            known.get().update(status);
        } else if (known.get().snapshot().status().getAcceptedAt().isBefore(status.getAcceptedAt())) {
            drop(status.getDocumentId()); // somebody else has begun anew; read when it is asked for
        }
    }

    /**
     * Changes the status of a document that this process takes in.
     *
     * @param durable true to wait until the brokers have it as well
     * @throws org.apache.kafka.common.KafkaException if they do not take it
     */
    public DocumentStatus change(String documentId, boolean durable, UnaryOperator<DocumentStatus.Builder> change) {
        synchronized (changing) {
            DocumentStatus status = find(documentId)
                    .orElseThrow(() -> new IllegalStateException("document " + documentId + ": a known one expected"))
                    .snapshot()
                    .status();
            DocumentStatus next = change.apply(DocumentStatus.newBuilder(status))
                    .setChangedAt(ledger.now())
                    .build();
            if (durable) {
                ledger.put(next);
            }
            update(next);
            return next;
        }
    }

    /** Takes the result of a page. */
    void result(String documentId, PageOutcome outcome) {
        followed(documentId).ifPresent(reading -> reading.result(outcome));
    }

    /** Takes word that a document was taken away. */
    void forget(String documentId) {
        keys.forget(documentId);
        drop(documentId);
    }

    private void drop(String documentId) {
        Optional<DocumentReading> known;
        synchronized (readings) {
            known = Optional.ofNullable(readings.remove(documentId));
        }
        known.ifPresent(DocumentReading::wake);
    }

    /** As {@link #known}, without a change to the order of asking. */
    private Optional<DocumentReading> followed(String documentId) {
        synchronized (readings) {
            return readings.containsKey(documentId) ? Optional.of(readings.get(documentId)) : Optional.empty();
        }
    }

    private void evict() {
        int pages = readings.values().stream().mapToInt(DocumentReading::pages).sum();
        Iterator<DocumentReading> eldest = readings.values().iterator();
        while (eldest.hasNext() && (readings.size() > MOST_DOCUMENTS || pages > MOST_PAGES) && readings.size() > 1) {
            DocumentReading next = eldest.next();
            if (next.filled()) {
                pages -= next.pages();
                eldest.remove();
                next.wake();
            }
        }
    }

    /** Wakes everybody who waits for a document. */
    private void wakeAll() {
        List<DocumentReading> all;
        synchronized (readings) {
            all = new ArrayList<>(readings.values());
        }
        all.forEach(DocumentReading::wake);
    }

    @Override
    public void close() {
        follower.close();
        wakeAll();
    }
}
