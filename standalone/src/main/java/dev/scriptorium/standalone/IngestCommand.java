package dev.scriptorium.standalone;

import dev.scriptorium.ingest.Document;
import dev.scriptorium.ingest.Ingest;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.IngestReport;
import dev.scriptorium.ingest.PageProducer;
import dev.scriptorium.ingest.PageRenderer;
import dev.scriptorium.ingest.PageResult;
import dev.scriptorium.ingest.PageSource;
import dev.scriptorium.ingest.RefusedException;
import dev.scriptorium.ingest.ResultWatcher;
import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.IngestBooks;
import dev.scriptorium.ingest.service.IngestService;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Puts the pages of documents on {@code ocr.pages}. With {@code --json} the object is {@code
 * {"pages":[{"pageId","source","page","partition","offset"}],"refused":[{"outcome","message"}],
 * "repeated","passedOver","resumed","seconds"}}; {@code --wait} adds {@code "outcome"}, {@code "confidence"}, {@code
 * "text"} or {@code "message"} to each page, {@code NO_RESULT} where none came, and the pages that an earlier, interrupted
 * run sent.
 */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "Put the pages of documents on ocr.pages.",
            "PDF, PNG, JPEG, TIFF, GIF, BMP, WebP and JPEG 2000, told by their content; of folders everything below."
        })
final class IngestCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PATH", arity = "0..*", description = "Files and folders.")
    private List<Path> paths = List.of();

    @Option(
            names = "--watch",
            paramLabel = "DIR",
            description = {
                "Take in what is put into DIR/inbox, until stopped; a folder there is a domain.",
                "Files end in DIR/done or DIR/failed."
            })
    private Optional<Path> watch = Optional.empty();

    @Option(names = "--domain", description = "Whose adapter reads the pages; the base model if not given.")
    private Optional<String> domain = Optional.empty();

    @Option(names = "--task", description = "free-ocr, document, grounded-ocr, figure or describe.")
    private Optional<String> task = Optional.empty();

    @Option(names = "--mode", description = "tiny, small, base, large, gundam, line or auto.")
    private Optional<String> mode = Optional.empty();

    @Option(names = "--document-id", description = "Name of a single document instead of its SHA-256.")
    private Optional<String> documentId = Optional.empty();

    @Option(names = "--wait", description = "Wait until each page is read or given up.")
    private boolean wait;

    @Option(
            names = "--patience",
            defaultValue = "300",
            paramLabel = "SECONDS",
            description = "How long to wait without any result; default ${DEFAULT-VALUE}.")
    private int patienceSeconds;

    @Mixin
    private RenderOptions render;

    @Mixin
    private KafkaOptions cluster;

    @Mixin
    private Console console;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (watch.isPresent()) {
            return watch();
        }
        if (paths.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "PATH: at least one file or folder, or --watch, expected, none found");
        }
        long start = System.nanoTime();
        IngestConfig config = cluster.bind(IngestConfig.class, settings());
        List<Document> documents = new PageSource().find(paths);
        if (documentId.isPresent() && documents.size() != 1) {
            throw new ParameterException(
                    spec.commandLine(), "--document-id: exactly one document expected, " + documents.size() + " found");
        }
        try (Admin admin = Admin.create(Map.copyOf(config.kafka()))) {
            new Topics(config.topics(), config.limits()).ensure(admin);
        }
        Optional<ResultWatcher> watcher =
                wait ? Optional.of(new ResultWatcher(config, Clock.systemUTC())) : Optional.empty();
        try {
            IngestReport report = send(config, documents);
            Map<String, PageResult> results = new HashMap<>();
            watcher.ifPresent(watching -> watch(watching, report, results));
            console.result(json(report, results, (System.nanoTime() - start) / 1e9));
            boolean allRead = results.values().stream().allMatch(PageResult.Recognized.class::isInstance)
                    && (!wait
                            || results.size()
                                    == report.sent().size() + report.earlier().size());
            return report.refused().isEmpty() && allRead ? 0 : 1;
        } finally {
            watcher.ifPresent(ResultWatcher::close);
        }
    }

    private int watch() throws IOException {
        if (!paths.isEmpty() || wait || documentId.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "--watch: neither PATH nor --wait nor --document-id expected, some found");
        }
        Map<String, String> settings = settings();
        settings.put("ingest.watch.dir", watch.get().toString());
        settings.put("ingest.http.enabled", "false");
        IngestConfig config = cluster.bind(IngestConfig.class, settings);
        try (Admin admin = Admin.create(Map.copyOf(config.kafka()))) {
            new Topics(config.topics(), config.limits()).ensure(admin);
        }
        try (IngestService service = IngestService.start(config, Clock.systemUTC())) {
            console.say("watching " + watch.get().resolve("inbox") + "; Ctrl-C stops");
            while (!Thread.currentThread().isInterrupted()) {
                service.check();
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            console.say("stopping"); // Ctrl-C and SIGTERM interrupt the command
        }
        return 0;
    }

    /** Names are checked here, before anything is sent: a worker could only put the page among the dead letters. */
    private Map<String, String> settings() throws IOException {
        Map<String, String> settings = new HashMap<>(render.given());
        try {
            domain.ifPresent(name -> settings.put("ingest.domain", name));
            task.ifPresent(name -> settings.put("ingest.task", Prompt.of(name).label()));
            mode.ifPresent(name -> settings.put("ingest.mode", Mode.of(name).label()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        return settings;
    }

    private IngestReport send(IngestConfig config, List<Document> documents) {
        IngestReport report;
        try (PageRenderer renderer = new PageRenderer(config.imageLimits(), config.render());
                PageProducer producer = new PageProducer(config, Clock.systemUTC());
                DocumentLedger ledger = new DocumentLedger(config, Clock.systemUTC());
                ProgressBar progress = console.progress("documents", documents.size())) {
            IngestBooks books = new IngestBooks(ledger, config.ingest().asked(), document -> progress.step());
            report = new Ingest(renderer, producer, books).run(documents, documentId);
        }
        report.refused().forEach(refusal -> console.say("refused: " + refusal.getMessage()));
        report.repeated().forEach(document -> console.say("seen before in this run: " + document.path()));
        if (report.resumed() > 0) {
            console.say(report.resumed() + " pages were done by an earlier run that was interrupted");
        }
        console.say(String.format(
                Locale.ROOT,
                "%d pages sent, %d refused, %d other files passed over",
                report.sent().size(),
                report.refused().size(),
                report.passedOver().size()));
        return report;
    }

    private void watch(ResultWatcher watcher, IngestReport report, Map<String, PageResult> results) {
        List<String> open = new ArrayList<>();
        List<String> pages = new ArrayList<>(report.earlier());
        report.sent().forEach(page -> pages.add(page.pageId()));
        Duration patience = Duration.ofSeconds(patienceSeconds);
        try (ProgressBar progress = console.progress("pages", pages.size())) {
            Consumer<PageResult> note = result -> {
                results.put(result.pageId(), result);
                progress.step();
            };
            watcher.await(report.sent(), patience, note).forEach(page -> open.add(page.pageId()));
            open.addAll(watcher.awaitEarlier(report.earlier(), patience, note));
        }
        pages.stream().map(results::get).filter(result -> result != null).forEach(result -> console.say(line(result)));
        open.forEach(page -> console.say(page + ": no result within " + patienceSeconds + " s"));
    }

    private static String line(PageResult result) {
        if (result instanceof PageResult.Recognized read) {
            Recognition recognition = read.recognition();
            return String.format(
                    Locale.ROOT,
                    "%s: %s, confidence %.2f, %d characters",
                    result.pageId(),
                    recognition.getFinishReason(),
                    recognition.getConfidence(),
                    recognition.getText().length());
        }
        PageResult.GivenUp given = (PageResult.GivenUp) result;
        return result.pageId() + ": " + given.letter().getCode() + ", "
                + given.letter().getMessage();
    }

    private Map<String, Object> json(IngestReport report, Map<String, PageResult> results, double seconds) {
        List<Map<String, Object>> pages = new ArrayList<>();
        if (wait) {
            for (String pageId : report.earlier()) {
                Optional<SourceOffset> source =
                        Optional.ofNullable(results.get(pageId)).map(PageResult::source);
                pages.add(json(report, pageId, source, results));
            }
        }
        report.sent().forEach(sent -> pages.add(json(report, sent.pageId(), Optional.of(sent.source()), results)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("pages", pages);
        json.put("refused", report.refused().stream().map(IngestCommand::json).toList());
        json.put("repeated", report.repeated().size());
        json.put("passedOver", report.passedOver().size());
        json.put("resumed", report.resumed());
        json.put("seconds", seconds);
        return json;
    }

    private Map<String, Object> json(
            IngestReport report, String pageId, Optional<SourceOffset> place, Map<String, PageResult> results) {
        int slash = pageId.lastIndexOf('/');
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("pageId", pageId);
        page.put(
                "source",
                report.documents().get(pageId.substring(0, slash)).path().toString());
        page.put("page", Integer.parseInt(pageId.substring(slash + 1)));
        place.ifPresent(source -> {
            page.put("partition", source.getPartition());
            page.put("offset", source.getOffset());
        });
        PageResult result = results.get(pageId);
        if (result instanceof PageResult.Recognized read) {
            page.put("outcome", read.recognition().getFinishReason());
            page.put("confidence", read.recognition().getConfidence());
            page.put("text", read.recognition().getText());
        } else if (result instanceof PageResult.GivenUp given) {
            page.put("outcome", given.letter().getCode());
            page.put("message", given.letter().getMessage());
        } else if (wait) {
            page.put("outcome", "NO_RESULT");
            page.put("message", pageId + ": a result within " + patienceSeconds + " s expected, none found");
        }
        return page;
    }

    private static Map<String, String> json(RefusedException refusal) {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("outcome", refusal.reason().name());
        json.put("message", refusal.getMessage());
        return json;
    }
}
