package dev.scriptorium.ingest.documents;

import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.IngestRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which request with an idempotency key asked for which document, for a while. The keys stand in the books on documents,
 * so that they outlive this process and hold for its neighbours. Thread-safe.
 */
public final class IdempotencyKeys {
    private static final int MOST = 100_000;

    /** Most keys that are kept with one document. */
    private static final int MOST_OF_A_DOCUMENT = 100;

    private final Duration retention;
    private final Clock clock;
    private final Map<String, Known> known = new LinkedHashMap<>();

    /** @param retention how long a key is remembered */
    IdempotencyKeys(Duration retention, Clock clock) {
        this.retention = retention;
        this.clock = clock;
    }

    /** A request that was made, and the document that it asked for. */
    public record Known(String documentId, IngestRequest request) {
        /** Of what it asked for. */
        public String fingerprint() {
            return request.getFingerprint();
        }
    }

    /** The request with a key. */
    public synchronized Optional<Known> find(String key) {
        return Optional.ofNullable(known.get(key)).filter(found -> isFresh(found.request()));
    }

    /** The requests of a document, as they are to be written into the books, with one more. */
    public List<IngestRequest> with(List<IngestRequest> former, Optional<IngestRequest> next) {
        List<IngestRequest> fresh =
                new ArrayList<>(former.stream().filter(this::isFresh).toList());
        next.ifPresent(fresh::add);
        return List.copyOf(fresh.subList(Math.max(0, fresh.size() - MOST_OF_A_DOCUMENT), fresh.size()));
    }

    synchronized void note(DocumentStatus document) {
        for (IngestRequest request : document.getRequests()) {
            if (isFresh(request)) {
                known.remove(request.getKey());
                known.put(request.getKey(), new Known(document.getDocumentId(), request));
            }
        }
        Iterator<Known> oldest = known.values().iterator();
        while (oldest.hasNext()) {
            if (isFresh(oldest.next().request()) && known.size() <= MOST) {
                return;
            }
            oldest.remove();
        }
    }

    synchronized void forget(String documentId) {
        known.values().removeIf(found -> found.documentId().equals(documentId));
    }

    private boolean isFresh(IngestRequest request) {
        return request.getAt().plus(retention).isAfter(clock.instant());
    }
}
