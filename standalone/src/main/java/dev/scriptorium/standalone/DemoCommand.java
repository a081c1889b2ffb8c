package dev.scriptorium.standalone;

import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Sample pages through a real broker, in this JVM and gone afterwards. With {@code --json} the object is
 * {@code {"pages","cer","pagesPerSecond","seconds","results":[{"source","page","outcome","cer","confidence"}]}}; the
 * whole loop adds {@code {"domain","heldOutPages","heldOutPagesReadWithAdapter","cerBefore","cerAfter","adapterId"}}.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Read the bundled sample pages through a Kafka broker that lives as long as the demo, then teach it a new",
            "typeface: corrections, training, the gate, and the better adapter goes live. Some minutes on two cores.",
            "Needs nothing and leaves nothing behind."
        })
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--recognize-only", description = "Stop after the text.")
    private boolean recognizeOnly;

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final CharacterErrorRate total = new CharacterErrorRate(false);

    @Override
    public Integer call() throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (TemporaryFolder temporary = TemporaryFolder.create("scriptorium-demo");
                EmbeddedKafka kafka = EmbeddedKafka.temporary(Map.of())) {
            Path folder = temporary.path();
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
        }
    }

    private int read(Map<String, String> cluster, Path folder, long start) throws IOException, InterruptedException {
        IngestConfig ingest = bind(IngestConfig.class, cluster, Map.of());
        WorkerConfig config = bind(WorkerConfig.class, cluster, Map.of("worker.id", "demo-worker"));
        List<DemoPages.Original> samples = Samples.write(folder);
        OcrEngine engine = model.open(Ladder.Limits.DEFAULT);
        try (LocalWorker worker = LocalWorker.start(config, engine);
                DemoPages pages = new DemoPages(ingest, worker, console)) {
            long reading = System.nanoTime();
            List<DemoPages.Read> read = pages.read(ingest, samples);
            double readingSeconds = (System.nanoTime() - reading) / 1e9;
            read.forEach(this::show);
            Map<String, Object> result = report(read.size(), readingSeconds);
            if (!recognizeOnly) {
                result.putAll(new DemoLoop(console, cluster, model, folder, pages).play(read));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            console.say(String.format(Locale.ROOT, "%.1f s in all", seconds));
            result.put("seconds", seconds);
            result.put("results", rows);
            console.result(result);
            return rows.stream().noneMatch(row -> row.containsKey("message")) ? 0 : 1;
        }
    }

    static <T extends Record> T bind(Class<T> type, Map<String, String> cluster, Map<String, String> own) {
        Map<String, String> settings = new HashMap<>(cluster);
        settings.putAll(own);
        return Settings.load(Optional.empty(), Map.of(), settings).bind(type);
    }

    private void show(DemoPages.Read page) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("source", page.source());
        row.put("page", page.page());
        rows.add(row);
        String title = page.source() + (page.page() > 1 ? " page " + page.page() : "");
        double cer = total.add(page.truth(), page.text());
        if (page.recognition().isEmpty()) {
            row.put("outcome", "FAILED");
            row.put("message", page.failure());
            console.say("── " + title + "  " + page.failure());
            return;
        }
        Recognition recognition = page.recognition().get();
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
                recognition.getMillis().getEncode() + recognition.getMillis().getGenerate()));
        SideBySide.of(page.truth(), recognition.getText()).forEach(console::say);
    }

    private Map<String, Object> report(int pages, double readingSeconds) {
        double cer = total.scores().cer();
        double pagesPerSecond = pages / readingSeconds;
        console.say("");
        console.say(String.format(
                Locale.ROOT, "%d pages, CER %.2f %%, %.1f pages/s through Kafka", pages, 100 * cer, pagesPerSecond));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("pages", pages);
        result.put("cer", cer);
        result.put("pagesPerSecond", pagesPerSecond);
        return result;
    }
}
