package dev.scriptorium.ingest.folder;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.ingest.Asked;
import dev.scriptorium.ingest.Digests;
import dev.scriptorium.ingest.Document;
import dev.scriptorium.ingest.ImageType;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.PageRenderer;
import dev.scriptorium.ingest.RefusedException;
import dev.scriptorium.ingest.documents.Claims;
import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.DocumentReadings;
import dev.scriptorium.ingest.documents.DocumentState;
import dev.scriptorium.ingest.documents.DocumentTaker;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.RefusedPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what is put into {@code inbox}, on a thread of its own: a file that stays as it is moves to {@code working}, its
 * pages are sent, and it moves to {@code done}, or to {@code failed} with the reason beside it. A folder in the inbox is a
 * domain. Whatever this process was at when it was killed, the next one goes on with, without a page twice.
 */
public final class FolderWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatcher.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CLAIMED_PAUSE = Duration.ofMillis(500);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final IngestConfig config;
    private final DocumentLedger ledger;
    private final DocumentReadings readings;
    private final Claims claims;
    private final Clock clock;
    private final WatchedFolder folder;
    private final Inbox inbox;
    private final Thread thread = new Thread(this::run, "folder-watcher");
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closing;

    private FolderWatcher(
            IngestConfig config,
            Path path,
            DocumentLedger ledger,
            DocumentReadings readings,
            Claims claims,
            Clock clock)
            throws IOException {
        this.config = config;
        this.ledger = ledger;
        this.readings = readings;
        this.claims = claims;
        this.clock = clock;
        folder = new WatchedFolder(path);
        inbox = new Inbox(folder.inbox(), config.ingest().watch().settle(), clock);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dead, cause) -> {
            if (closing && cause instanceof InterruptException) {
                return; // asked to stop before it had begun
            }
            LOG.error("event=failed thread={}", dead.getName(), cause);
            failure.compareAndSet(null, cause);
        });
    }

    /**
     * Begins to watch.
     *
     * @param path the folder that has, or gets, {@code inbox} and the others in it
     * @throws IOException if the folder cannot be used
     */
    public static FolderWatcher start(
            IngestConfig config,
            Path path,
            DocumentLedger ledger,
            DocumentReadings readings,
            Claims claims,
            Clock clock)
            throws IOException {
        FolderWatcher watcher = new FolderWatcher(config, path, ledger, readings, claims, clock);
        watcher.thread.start();
        LOG.info("event=watching inbox={}", watcher.folder.inbox());
        return watcher;
    }

    private void run() {
        DocumentTaker taker = new DocumentTaker(config, readings, clock);
        try {
            Duration pause = FIRST_PAUSE;
            while (true) {
                try {
                    resume(taker);
                    pause = FIRST_PAUSE;
                    watch(taker);
                } catch (IOException | UncheckedIOException e) {
                    // No room, or not to be written to: that is mended beside it, and no file is at fault.
                    LOG.warn(
                            "event=waiting folder={} pauseMillis={} cause=\"a folder that can be read and written"
                                    + " expected, {}\"",
                            folder.inbox().getParent(),
                            pause.toMillis(),
                            e.toString());
                    TimeUnit.MILLISECONDS.sleep(pause.toMillis());
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            LOG.debug("asked to stop", e);
        } finally {
            Thread.interrupted(); // closing waits for the brokers
            taker.close();
        }
    }

    private void watch(DocumentTaker taker) throws IOException, InterruptedException {
        while (true) {
            for (Path file : inbox.complete()) {
                take(taker, file);
            }
            TimeUnit.MILLISECONDS.sleep(config.ingest().watch().interval().toMillis());
        }
    }

    private void resume(DocumentTaker taker) throws IOException, InterruptedException {
        for (WatchedFolder.Sent sent : folder.notPutAway()) {
            Optional<DocumentStatus> status = taker.patiently(sent.documentId(), () -> close(sent.documentId()));
            taker.forget(sent.documentId());
            putAway(sent.work(), status);
        }
        for (WatchedFolder.Work work : folder.interrupted()) {
            LOG.info("event=resumed file={}", work.name());
            take(taker, work);
        }
    }

    /** Writes down that a document is sent, should that have been missed. */
    private Optional<DocumentStatus> close(String documentId) {
        Optional<DocumentStatus> status = ledger.find(documentId);
        return status.filter(known -> !DocumentState.of(known).ended()).isPresent()
                ? Optional.of(readings.change(documentId, true, known -> known.setState(DocumentState.SENT.name())))
                : status;
    }

    private void take(DocumentTaker taker, Path file) throws IOException, InterruptedException {
        WatchedFolder.Work work;
        try {
            work = folder.take(file);
        } catch (IOException e) {
            LOG.warn("event=not-taken file={} cause=\"{}\"", file, e.toString());
            inbox.leave(file);
            return;
        }
        take(taker, work);
    }

    private void take(DocumentTaker taker, WatchedFolder.Work work) throws IOException, InterruptedException {
        String name = String.valueOf(work.name().getFileName());
        String documentId;
        Asked asked;
        ImageType type;
        try {
            asked = asked(work);
            type = PageRenderer.type(new Document(work.file(), true, Optional.of(name), Optional.of(asked)));
            documentId = Digests.sha256(work.file());
        } catch (IllegalArgumentException e) {
            fail(work, "INVALID", e.getMessage());
            return;
        } catch (RefusedException e) {
            fail(work, e.reason().name(), e.getMessage());
            return;
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException(name + ": asked to stop");
        } catch (IOException e) {
            fail(work, "UNREADABLE", name + ": a readable file expected, " + e);
            return;
        }
        while (!claims.claim(documentId)) {
            TimeUnit.MILLISECONDS.sleep(CLAIMED_PAUSE.toMillis()); // it is being uploaded, too
        }
        try {
            long bytes = Files.size(work.file());
            taker.patiently(documentId, () -> begin(documentId, name, asked, type, bytes));
            send(taker, work, documentId, name, asked);
        } catch (NoSuchFileException e) {
            LOG.warn("event=gone file={}", work.name(), e); // somebody has taken it away
        } finally {
            claims.release(documentId);
        }
    }

    private Asked asked(WatchedFolder.Work work) {
        Asked usual = config.ingest().asked();
        return new Asked(work.domain().orElse(usual.domain()), usual.task(), usual.mode()).checked();
    }

    /** Opens the books on a document, unless a process that was killed has: what it sent is of the same undertaking. */
    private DocumentStatus begin(String documentId, String name, Asked asked, ImageType type, long bytes) {
        Optional<DocumentStatus> known = ledger.find(documentId);
        if (known.filter(status -> !DocumentState.of(status).ended()).isPresent()) {
            return known.get();
        }
        DocumentStatus status = ledger.open(DocumentStatus.newBuilder()
                .setDocumentId(documentId)
                .setDocumentName(name)
                .setMediaType(type.mediaType())
                .setBytes(bytes)
                .setDomain(asked.domain())
                .setTask(asked.task())
                .setMode(asked.mode())
                .setRequests(known.map(DocumentStatus::getRequests).orElse(List.of())));
        ledger.put(status);
        readings.begin(status);
        return status;
    }

    private void send(DocumentTaker taker, WatchedFolder.Work work, String documentId, String name, Asked asked)
            throws IOException, InterruptedException {
        AtomicReference<WatchedFolder.Work> place = new AtomicReference<>(work);
        Document document = new Document(work.file(), true, Optional.of(name), Optional.of(asked));
        DocumentStatus status = taker.take(document, documentId, () -> {
            try {
                place.set(folder.markSent(work, documentId).work());
            } catch (NoSuchFileException e) {
                LOG.debug("file={} gone, which is found out once more", work.name(), e);
            } catch (IOException e) {
                throw new UncheckedIOException(work.file() + ": a file that can be moved expected", e);
            }
        });
        putAway(place.get(), Optional.of(status));
    }

    private void putAway(WatchedFolder.Work work, Optional<DocumentStatus> status) throws IOException {
        List<RefusedPage> refused = status.map(DocumentStatus::getRefused).orElse(List.of());
        boolean nothing = status.filter(known ->
                        DocumentState.of(known) == DocumentState.REFUSED || refused.size() >= known.getPageCount())
                .isPresent();
        Path target = nothing ? folder.failedAs(work) : folder.doneAs(work);
        if (!refused.isEmpty()) {
            note(target, status.map(DocumentStatus::getDocumentId), refused);
        }
        folder.end(work, target);
        LOG.info("event={} file={} refused={}", nothing ? "failed" : "done", work.name(), refused.size());
    }

    private void fail(WatchedFolder.Work work, String code, String message) throws IOException {
        Path target = folder.failedAs(work);
        note(target, Optional.empty(), List.of(new RefusedPage(0, code, message)));
        folder.end(work, target);
        LOG.warn("event=failed file={} code={}", work.name(), code);
    }

    /** Writes beside where a file is going to be why it, or pages of it, are not taken in. */
    private void note(Path target, Optional<String> documentId, List<RefusedPage> refused) throws IOException {
        Map<String, Object> note = new LinkedHashMap<>();
        note.put("file", String.valueOf(target.getFileName()));
        documentId.ifPresent(id -> note.put("documentId", id));
        note.put("at", ledger.now().toString());
        note.put("refused", refused.stream().map(FolderWatcher::json).toList());
        Path file = target.resolveSibling(target.getFileName() + ".error.json");
        Path draft = target.resolveSibling("." + file.getFileName() + ".tmp");
        Files.createDirectories(target.getParent());
        JSON.writerWithDefaultPrettyPrinter().writeValue(draft.toFile(), note);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Map<String, Object> json(RefusedPage refused) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (refused.getPageNumber() > 0) {
            json.put("page", refused.getPageNumber());
        }
        json.put("code", refused.getCode());
        json.put("message", refused.getMessage());
        return json;
    }

    /**
     * Whether it still works.
     *
     * @throws IllegalStateException if it died, with the cause
     */
    public void check() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("ingest: a running folder watcher expected, it died", cause);
        }
    }

    /** Stops between two pages; the next process goes on. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
