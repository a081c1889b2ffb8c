package dev.scriptorium.standalone;

import dev.scriptorium.ingest.Ingest;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.IngestReport;
import dev.scriptorium.ingest.PageProducer;
import dev.scriptorium.ingest.PageRenderer;
import dev.scriptorium.ingest.PageResult;
import dev.scriptorium.ingest.PageSource;
import dev.scriptorium.ingest.ResultWatcher;
import dev.scriptorium.ingest.SentPage;
import dev.scriptorium.schemas.Recognition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes documents whose text is known through the topics of a demo, and back. Used by one thread. */
final class DemoPages implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Console console;
    private final LocalWorker worker;
    private final ResultWatcher watcher;

    /**
     * A document.
     *
     * @param file its image
     * @param id its name instead of its SHA-256
     * @param truth text of each page
     */
    record Original(Path file, Optional<String> id, List<String> truth) {
        Original {
            truth = List.copyOf(truth);
        }
    }

    /**
     * A page that came back.
     *
     * @param source its file's name, and the page's number where there are several
     * @param page counted from 1
     * @param result nothing if none came in time
     */
    record Read(String pageId, String source, int page, String truth, Optional<PageResult> result) {
        String documentId() {
            return pageId.substring(0, pageId.lastIndexOf('/'));
        }

        Optional<Recognition> recognition() {
            return result.filter(PageResult.Recognized.class::isInstance)
                    .map(read -> ((PageResult.Recognized) read).recognition());
        }

        /** What was read; nothing for a page that was given up. */
        String text() {
            return recognition().map(Recognition::getText).orElse("");
        }

        /** Why there is no text. */
        String failure() {
            return result.map(PageResult.GivenUp.class::cast)
                    .map(given ->
                            given.letter().getCode() + ": " + given.letter().getMessage())
                    .orElse("no result within " + PATIENCE.toSeconds() + " s");
        }
    }

    /**
     * @param config of the cluster
     * @param worker asked whether it is still alive while pages are waited for
     */
    DemoPages(IngestConfig config, LocalWorker worker, Console console) {
        this.console = console;
        this.worker = worker;
        watcher = new ResultWatcher(config, Clock.systemUTC());
    }

    /** Sends documents one after the other, so that each page's key is known with its truth, and waits for all. */
    List<Read> read(IngestConfig config, List<Original> originals) throws IOException {
        List<SentPage> sent = new ArrayList<>();
        List<Read> pages = send(config, originals, sent);
        Map<String, PageResult> results = await(sent);
        return pages.stream()
                .map(page -> new Read(
                        page.pageId(),
                        page.source(),
                        page.page(),
                        page.truth(),
                        Optional.ofNullable(results.get(page.pageId()))))
                .toList();
    }

    private static List<Read> send(IngestConfig config, List<Original> originals, List<SentPage> sent)
            throws IOException {
        List<Read> pages = new ArrayList<>();
        try (PageRenderer renderer = new PageRenderer(config.imageLimits(), config.render());
                PageProducer producer = new PageProducer(config, Clock.systemUTC())) {
            for (Original original : originals) {
                IngestReport report = new Ingest(renderer, producer, document -> {})
                        .run(new PageSource().find(List.of(original.file())), original.id());
                sent.addAll(report.sent());
                for (int page = 0; page < report.sent().size(); page++) {
                    pages.add(new Read(
                            report.sent().get(page).pageId(),
                            original.file().getFileName().toString(),
                            page + 1,
                            original.truth().get(page),
                            Optional.empty()));
                }
            }
        }
        return pages;
    }

    private Map<String, PageResult> await(List<SentPage> pages) {
        Map<String, PageResult> results = new HashMap<>();
        try (ProgressBar progress = console.progress("pages", pages.size())) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            List<SentPage> open = pages;
            while (!open.isEmpty()
                    && System.nanoTime() < deadline
                    && !Thread.currentThread().isInterrupted()) {
                worker.check();
                open = watcher.await(open, Duration.ofMillis(500), result -> {
                    results.put(result.pageId(), result);
                    progress.step();
                });
            }
        }
        return results;
    }

    @Override
    public void close() {
        watcher.close();
    }
}
