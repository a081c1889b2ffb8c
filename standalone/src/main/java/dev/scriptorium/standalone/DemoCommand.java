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
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Sample pages through a real broker, in this JVM and gone afterwards. With {@code --json} the object is
 * {@code {"pages","cer","pagesPerSecond","seconds","results":[{"source","page","outcome","cer","confidence"}]}}.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Read the bundled sample pages through a Kafka broker that lives as long as the demo.",
            "Prints what was read beside the truth. Needs nothing and leaves nothing behind."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int COLUMN = 62;

    @Option(names = "--recognize-only", description = "Stop after the text.")
    private boolean recognizeOnly;

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    /** A sample page on its way. */
    private record Expected(String source, int page, String truth) {}

    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final CharacterErrorRate total = new CharacterErrorRate(false);

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        Path folder = Files.createTempDirectory("scriptorium-demo");
        try (EmbeddedKafka kafka = EmbeddedKafka.temporary(Map.of())) {
            console.say(String.format(
                    Locale.ROOT,
                    "Kafka broker on %s after %.1f s",
                    kafka.bootstrap(),
                    (System.nanoTime() - start) / 1e9));
            Map<String, String> cluster = Map.of(
                    "kafka.bootstrap.servers", kafka.bootstrap(),
                    "kafka.schema.registry.url", "mock://demo",
                    "blobs.uri", folder.resolve("blobs").toUri().toString());
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
                new Topics(TopicSettings.DEFAULT, PageLimits.DEFAULT).ensure(admin);
            }
            return read(cluster, folder, start);
        } finally {
            delete(folder);
        }
    }

    private int read(Map<String, String> cluster, Path folder, long start) throws IOException {
        IngestConfig ingest = bind(IngestConfig.class, cluster, Map.of());
        WorkerConfig config = bind(WorkerConfig.class, cluster, Map.of("worker.id", "demo-worker"));
        List<Samples.Sample> samples = Samples.all();
        List<Path> files = Samples.write(samples, folder);
        OcrEngine engine = model.open();
        try (LocalWorker worker = LocalWorker.start(config, engine);
                ResultWatcher watcher = new ResultWatcher(ingest, Clock.systemUTC())) {
            long reading = System.nanoTime();
            Map<String, Expected> expected = new LinkedHashMap<>();
            List<SentPage> sent = send(ingest, samples, files, expected);
            Map<String, PageResult> results = await(watcher, worker, sent);
            double readingSeconds = (System.nanoTime() - reading) / 1e9;
            sent.forEach(page -> show(expected.get(page.pageId()), results.get(page.pageId())));
            report(sent.size(), readingSeconds, (System.nanoTime() - start) / 1e9);
            if (!recognizeOnly) {
                console.say("This version does not learn from corrections yet, so the demo ends with the text.");
            }
            return results.size() == sent.size() && rows.stream().noneMatch(row -> row.containsKey("message")) ? 0 : 1;
        }
    }

    private static <T extends Record> T bind(Class<T> type, Map<String, String> cluster, Map<String, String> own) {
        Map<String, String> settings = new HashMap<>(cluster);
        settings.putAll(own);
        return Settings.load(Optional.empty(), Map.of(), settings).bind(type);
    }

    /** One document after the other, so that each page's key is known with its truth. */
    private List<SentPage> send(
            IngestConfig config, List<Samples.Sample> samples, List<Path> files, Map<String, Expected> expected)
            throws IOException {
        List<SentPage> sent = new ArrayList<>();
        try (PageRenderer renderer = new PageRenderer(config.imageLimits(), config.render());
                PageProducer producer = new PageProducer(config, Clock.systemUTC())) {
            for (int i = 0; i < files.size(); i++) {
                Ingest ingest = new Ingest(renderer, producer, document -> {});
                IngestReport report = ingest.run(new PageSource().find(List.of(files.get(i))), Optional.empty());
                Samples.Sample sample = samples.get(i);
                for (int page = 0; page < report.sent().size(); page++) {
                    SentPage one = report.sent().get(page);
                    expected.put(
                            one.pageId(),
                            new Expected(sample.name(), page + 1, sample.truth().get(page)));
                    sent.add(one);
                }
            }
        }
        return sent;
    }

    private Map<String, PageResult> await(ResultWatcher watcher, LocalWorker worker, List<SentPage> sent) {
        Map<String, PageResult> results = new HashMap<>();
        try (ProgressBar progress = console.progress("pages", sent.size())) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            List<SentPage> open = sent;
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

    private void show(Expected expected, PageResult result) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("source", expected.source());
        row.put("page", expected.page());
        rows.add(row);
        String title = expected.source() + (expected.page() > 1 ? " page " + expected.page() : "");
        if (result instanceof PageResult.Recognized read) {
            Recognition recognition = read.recognition();
            double cer = total.add(expected.truth(), recognition.getText());
            row.put("outcome", recognition.getFinishReason());
            row.put("cer", cer);
            row.put("confidence", recognition.getConfidence());
            console.say("");
            console.say(String.format(
                    Locale.ROOT,
                    "── %s  CER %.1f %%  %s, confidence %.2f, %d ms in the model",
                    title,
                    100 * cer,
                    recognition.getFinishReason(),
                    recognition.getConfidence(),
                    recognition.getMillis().getEncode()
                            + recognition.getMillis().getGenerate()));
            besides(expected.truth(), recognition.getText());
        } else {
            total.add(expected.truth(), "");
            String message = result instanceof PageResult.GivenUp given
                    ? given.letter().getCode() + ": " + given.letter().getMessage()
                    : "no result within " + PATIENCE.toSeconds() + " s";
            row.put("outcome", "FAILED");
            row.put("message", message);
            console.say("── " + title + "  " + message);
        }
    }

    /** Truth on the left, reading on the right; a mark where they differ. */
    private void besides(String truth, String reading) {
        List<String> left = truth.strip().lines().toList();
        List<String> right = reading.strip().lines().toList();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String expected = i < left.size() ? left.get(i).strip() : "";
            String found = i < right.size() ? right.get(i).strip() : "";
            String mark = expected.equals(found) ? " " : "≠";
            console.say(String.format(Locale.ROOT, "  %-" + COLUMN + "s %s %s", expected, mark, found)
                    .stripTrailing());
        }
    }

    private void report(int pages, double readingSeconds, double seconds) {
        double cer = total.scores().cer();
        double pagesPerSecond = pages / readingSeconds;
        console.say("");
        console.say(String.format(
                Locale.ROOT,
                "%d pages, CER %.2f %%, %.1f pages/s through Kafka, %.1f s in all",
                pages,
                100 * cer,
                pagesPerSecond,
                seconds));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("pages", pages);
        result.put("cer", cer);
        result.put("pagesPerSecond", pagesPerSecond);
        result.put("seconds", seconds);
        result.put("results", rows);
        console.result(result);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
