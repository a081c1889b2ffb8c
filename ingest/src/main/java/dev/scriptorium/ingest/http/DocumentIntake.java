package dev.scriptorium.ingest.http;

import dev.scriptorium.ingest.Asked;
import dev.scriptorium.ingest.Digests;
import dev.scriptorium.ingest.Document;
import dev.scriptorium.ingest.HttpSettings;
import dev.scriptorium.ingest.ImageType;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.PageRenderer;
import dev.scriptorium.ingest.RefusedException;
import dev.scriptorium.ingest.documents.Claims;
import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.DocumentReading;
import dev.scriptorium.ingest.documents.DocumentReadings;
import dev.scriptorium.ingest.documents.DocumentState;
import dev.scriptorium.ingest.documents.DocumentTaker;
import dev.scriptorium.ingest.documents.IdempotencyKeys;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.IngestRequest;
import dev.scriptorium.schemas.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts documents that were uploaded, and sends them on threads of its own. A document is accepted when it lies on the
 * disk and the brokers have its status; from then on it survives this process, which goes on with it when it is back.
 * Thread-safe.
 */
public final class DocumentIntake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentIntake.class);

    private final IngestConfig config;
    private final HttpSettings settings;
    private final DocumentLedger ledger;
    private final DocumentReadings readings;
    private final Claims claims;
    private final Clock clock;
    private final Spool spool;
    private final LinkedBlockingQueue<DocumentStatus> waiting = new LinkedBlockingQueue<>();
    private final List<Thread> senders = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closing;

    private DocumentIntake(
            IngestConfig config,
            Spool spool,
            DocumentLedger ledger,
            DocumentReadings readings,
            Claims claims,
            Clock clock) {
        this.config = config;
        this.settings = config.ingest().http();
        this.spool = spool;
        this.ledger = ledger;
        this.readings = readings;
        this.claims = claims;
        this.clock = clock;
    }

    /**
     * Starts to send: first what an earlier process has accepted and not sent.
     *
     * @throws IllegalArgumentException if no folder is given
     * @throws IOException if the folder cannot be used
     */
    public static DocumentIntake start(
            IngestConfig config, DocumentLedger ledger, DocumentReadings readings, Claims claims, Clock clock)
            throws IOException {
        Spool spool = Spool.open(config.ingest()
                .http()
                .dir()
                .orElseThrow(() ->
                        new IllegalArgumentException("ingest.http.dir: a folder for uploads expected, none found")));
        DocumentIntake intake = new DocumentIntake(config, spool, ledger, readings, claims, clock);
        try {
            intake.resume();
        } catch (IOException | RuntimeException e) {
            spool.close();
            throw e;
        }
        for (int number = 1; number <= intake.settings.senders(); number++) {
            intake.startSender("document-sender-" + number);
        }
        return intake;
    }

    private void resume() throws IOException {
        for (Spool.Kept kept : spool.kept()) {
            Optional<DocumentStatus> status = ledger.find(kept.documentId()).filter(kept::isOf);
            if (status.isPresent()) {
                // Also where it is sent: what notes how far it has come may be left.
                claims.claim(kept.documentId());
                waiting.add(status.get());
                LOG.info(
                        "event=resumed document={} state={}",
                        kept.documentId(),
                        status.get().getState());
            } else {
                LOG.warn("event=orphaned document={} cause=\"ocr.intake knows nothing of it\"", kept.documentId());
                spool.putAside(kept);
            }
        }
    }

    private void startSender(String name) {
        Thread thread = new Thread(this::send, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dead, cause) -> {
            if (closing && cause instanceof InterruptException) {
                return; // asked to stop before it had begun
            }
            LOG.error("event=failed thread={}", dead.getName(), cause);
            failure.compareAndSet(null, cause);
        });
        senders.add(thread);
        thread.start();
    }

    /**
     * Receives a document.
     *
     * @param declared its size as the request says, or -1
     * @throws Problem if it is refused
     * @throws IOException if the client goes away
     */
    Upload receive(InputStream in, long declared) throws IOException {
        return spool.receive(in, declared, settings.maxUploadBytes());
    }

    /**
     * Accepts an upload, which is moved or removed in any case. One that is being sent already is not sent twice; one
     * that was sent is read again.
     *
     * @param name what people call it; empty if unknown
     * @param key idempotency key
     * @return the document's status
     * @throws Problem if it is refused
     * @throws RefusedException if it is no document
     */
    synchronized DocumentStatus accept(Upload upload, String name, Asked asked, Optional<String> key)
            throws IOException, RefusedException {
        try {
            String fingerprint = fingerprint(upload, name, asked);
            Optional<IdempotencyKeys.Known> known = key.flatMap(readings.keys()::find);
            if (known.isPresent()) {
                return repeated(known.get(), fingerprint);
            }
            Optional<IngestRequest> request = key.map(text -> new IngestRequest(text, fingerprint, ledger.now()));
            if (claims.isClaimed(upload.sha256())) {
                return joined(upload.sha256(), name, asked, request);
            }
            return begun(upload, name, asked, request);
        } finally {
            spool.discard(upload);
        }
    }

    private static String fingerprint(Upload upload, String name, Asked asked) {
        String all = String.join("\n", upload.sha256(), asked.domain(), asked.task(), asked.mode(), name);
        return Digests.sha256(all.getBytes(StandardCharsets.UTF_8));
    }

    private DocumentStatus repeated(IdempotencyKeys.Known known, String fingerprint) {
        if (!known.fingerprint().equals(fingerprint)) {
            throw new Problem(
                    Problem.Code.KEY_REUSED,
                    "Idempotency-Key: the content and parameters of its first request expected, others found");
        }
        return status(known.documentId());
    }

    private DocumentStatus joined(String documentId, String name, Asked asked, Optional<IngestRequest> request) {
        DocumentStatus status = status(documentId);
        Asked former = new Asked(status.getDomain(), status.getTask(), status.getMode());
        if (!former.equals(asked) || !status.getDocumentName().equals(name)) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "document " + documentId
                            + ": its present name, domain, task and mode expected while it is sent, others" + " found");
        }
        if (request.isEmpty()) {
            return status;
        }
        return readings.change(
                documentId, true, next -> next.setRequests(readings.keys().with(next.getRequests(), request)));
    }

    private DocumentStatus begun(Upload upload, String name, Asked asked, Optional<IngestRequest> request)
            throws IOException, RefusedException {
        Document document =
                new Document(upload.file(), true, Optional.of(name.isEmpty() ? "body" : name), Optional.of(asked));
        ImageType type = PageRenderer.type(document);
        if (waiting.size() >= settings.maxWaiting()) {
            throw new Problem(
                    Problem.Code.UNAVAILABLE,
                    "at most ingest.http.max-waiting=" + settings.maxWaiting() + " documents expected to wait, "
                            + waiting.size() + " found; try again later");
        }
        List<IngestRequest> former = readings.find(upload.sha256())
                .map(reading -> reading.snapshot().status().getRequests())
                .orElse(List.of());
        DocumentStatus status = ledger.open(DocumentStatus.newBuilder()
                .setDocumentId(upload.sha256())
                .setDocumentName(name)
                .setMediaType(type.mediaType())
                .setBytes(upload.bytes())
                .setDomain(asked.domain())
                .setTask(asked.task())
                .setMode(asked.mode())
                .setPageCount(type.hasPages() ? 0 : 1)
                .setRequests(readings.keys().with(former, request)));
        spool.keep(upload, status);
        try {
            ledger.put(status);
        } catch (RuntimeException e) {
            spool.remove(status);
            throw e;
        }
        claims.claim(status.getDocumentId());
        readings.begin(status);
        waiting.add(status);
        return status;
    }

    private DocumentStatus status(String documentId) {
        return readings.find(documentId)
                .map(DocumentReading::snapshot)
                .orElseThrow(() -> new IllegalStateException("document " + documentId + ": a known one expected"))
                .status();
    }

    private void send() {
        DocumentTaker taker = new DocumentTaker(config, readings, clock);
        try {
            while (true) {
                DocumentStatus status = waiting.take();
                send(taker, status);
                claims.release(status.getDocumentId());
            }
        } catch (InterruptedException e) {
            LOG.debug("asked to stop", e);
        } catch (IOException e) {
            throw new IllegalStateException("ingest.http.dir: files that can be removed expected", e);
        } finally {
            Thread.interrupted(); // closing waits for the brokers
            taker.close();
        }
    }

    private void send(DocumentTaker taker, DocumentStatus status) throws InterruptedException, IOException {
        String documentId = status.getDocumentId();
        if (DocumentState.of(status).ended()) {
            taker.forget(documentId);
        } else {
            Asked asked = new Asked(status.getDomain(), status.getTask(), status.getMode());
            String title = status.getDocumentName().isEmpty() ? documentId : status.getDocumentName();
            DocumentStatus sent = taker.take(
                    new Document(spool.file(status), true, Optional.of(title), Optional.of(asked)),
                    documentId,
                    () -> {});
            LOG.info(
                    "event=taken document={} state={} pages={} refused={}",
                    documentId,
                    sent.getState(),
                    sent.getPageCount(),
                    sent.getRefused().size());
        }
        spool.remove(status);
    }

    /**
     * Whether it still works.
     *
     * @throws IllegalStateException if a sender died, with the cause
     */
    public void check() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("ingest: running senders expected, one died", cause);
        }
    }

    /** True unless a sender died. */
    boolean healthy() {
        return failure.get() == null;
    }

    /** Stops between two pages; the next process goes on. */
    @Override
    public void close() throws IOException {
        closing = true;
        senders.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread sender : senders) {
            try {
                sender.join(TimeUnit.SECONDS.toMillis(30));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        spool.close();
    }
}
