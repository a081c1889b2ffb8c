package dev.scriptorium.ingest.service;

import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.documents.Claims;
import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.DocumentReadings;
import dev.scriptorium.ingest.folder.FolderWatcher;
import dev.scriptorium.ingest.http.DocumentIntake;
import dev.scriptorium.ingest.http.IngestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes documents in by HTTP and of a watched folder, in threads of its own, until closed. */
public final class IngestService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IngestService.class);

    /** What runs, the latest first: it is stopped in this order. */
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private Optional<DocumentIntake> intake = Optional.empty();
    private Optional<FolderWatcher> watcher = Optional.empty();
    private Optional<IngestServer> server = Optional.empty();

    private IngestService() {}

    /**
     * Starts the service; the topics exist already.
     *
     * @throws IllegalArgumentException if a setting is missing
     * @throws IOException if an address or a folder cannot be used
     */
    public static IngestService start(IngestConfig config, Clock clock) throws IOException {
        IngestService service = new IngestService();
        try {
            service.open(config, clock);
            return service;
        } catch (IOException | RuntimeException e) {
            service.close();
            throw e;
        }
    }

    private void open(IngestConfig config, Clock clock) throws IOException {
        DocumentLedger ledger = add(new DocumentLedger(config, clock));
        DocumentReadings readings = add(DocumentReadings.follow(config, ledger, clock));
        Claims claims = new Claims();
        Optional<Path> folder = config.ingest().watch().dir();
        if (folder.isPresent()) {
            watcher = Optional.of(add(FolderWatcher.start(config, folder.get(), ledger, readings, claims, clock)));
        }
        if (config.ingest().http().enabled()) {
            DocumentIntake started = add(DocumentIntake.start(config, ledger, readings, claims, clock));
            intake = Optional.of(started);
            server = Optional.of(add(IngestServer.start(config.ingest().http(), started, readings, ledger)));
        }
    }

    private <T extends AutoCloseable> T add(T part) {
        running.push(part);
        return part;
    }

    /** Where it takes documents by HTTP, if it does. */
    public Optional<String> url() {
        return server.map(IngestServer::url);
    }

    /**
     * Whether it still works.
     *
     * @throws IllegalStateException if a part of it died, with the cause
     */
    public void check() {
        intake.ifPresent(DocumentIntake::check);
        watcher.ifPresent(FolderWatcher::check);
    }

    /** Stops between two pages; what is not sent yet is sent by the next process. */
    @Override
    public void close() {
        for (AutoCloseable part : running) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("event=not-closed", e);
            }
        }
        LOG.info("event=stopped");
    }
}
