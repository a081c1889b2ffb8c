package dev.scriptorium.standalone;

import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.write.DocumentFormat;
import dev.scriptorium.ingest.Document;
import dev.scriptorium.ingest.DocumentPages;
import dev.scriptorium.ingest.ImageLimits;
import dev.scriptorium.ingest.Page;
import dev.scriptorium.ingest.PageRenderer;
import dev.scriptorium.ingest.PageSource;
import dev.scriptorium.ingest.RefusedException;
import dev.scriptorium.ingest.RenderSettings;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.MemoryPlan;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.text.Prompt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Reads documents without Kafka. With {@code --json} the object is {@code
 * {"pages":[{"source","page","text","outcome","confidence","mode","seconds","lines":[{"text","confidence","box",
 * "words":[{"text","confidence"}]}]}],"memory":{}}}, of which memory is the engine's {@link
 * dev.scriptorium.model.engine.MemoryPlan}; a box is left, top, right, bottom in pixels; a page that cannot be read has
 * its error code as outcome, and a message. With {@code --out} there is also {@code "files":[path]}.
 */
@Command(
        name = "recognize",
        mixinStandardHelpOptions = true,
        description = {
            "Read documents here and now, without Kafka; exit 1 if any page could not be read.",
            "PDF, PNG, JPEG, TIFF, GIF, BMP, WebP and JPEG 2000, told by their content."
        })
final class RecognizeCommand implements Callable<Integer> {
    /** Pages in the engine at once: enough to fill its batches, few enough to hold in memory. */
    private static final int PAGES_IN_FLIGHT = 8;

    private static final int MAX_PAGE_BYTES = 256 << 20;
    private static final int MAX_PAGES = 100_000;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files and folders.")
    private List<Path> paths = List.of();

    @Option(
            names = "--mode",
            defaultValue = "auto",
            description = "seed384, tiny, small, base, large, gundam, line (the image is one line) or auto.")
    private String mode;

    @Option(
            names = "--task",
            defaultValue = "free-ocr",
            description = "free-ocr, document, grounded-ocr, figure or describe; line models know free-ocr alone.")
    private String task;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Read with an adapter, as finetune or PEFT writes it.")
    private Optional<Path> adapter = Optional.empty();

    @Option(
            names = "--format",
            defaultValue = "text",
            description = {
                "What --out writes: text, markdown, json, hocr, alto, pdf (searchable), and for tables alone html and",
                "csv; default ${DEFAULT-VALUE}."
            })
    private String formatName;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write a file for each document, all its pages in it, instead of printing the text.")
    private Optional<Path> out = Optional.empty();

    @Mixin
    private ModelOptions model;

    @Mixin
    private RenderOptions render;

    @Mixin
    private Console console;

    /** Where a page came from. */
    private record Origin(Document document, int page, long startNanos, PageScan scan) {
        String source() {
            return document.path().toString();
        }
    }

    private final Map<Long, Origin> origins = new HashMap<>();
    private final Map<Long, Map<String, Object>> rows = new java.util.TreeMap<>();
    private long nextTicket;
    private final List<String> files = new ArrayList<>();
    private Optional<DocumentOutput> output = Optional.empty();
    private Prompt prompt = Prompt.FREE_OCR;
    private boolean failed;

    @Override
    public Integer call() throws IOException {
        Mode wantedMode = console.option("--mode", () -> Mode.of(mode));
        prompt = console.option("--task", () -> Prompt.of(task));
        DocumentFormat format = console.option("--format", () -> DocumentFormat.of(formatName));
        if (out.isEmpty()) {
            return recognize(wantedMode);
        }
        try (DocumentOutput opened = new DocumentOutput(out.get(), format)) {
            output = Optional.of(opened);
            return recognize(wantedMode);
        }
    }

    private int recognize(Mode wantedMode) throws IOException {
        ImageLimits limits = new ImageLimits(MAX_PAGE_BYTES, ImageDecoder.DEFAULT_MAX_PIXELS, MAX_PAGES);
        List<Document> documents = new PageSource().find(paths);
        RenderSettings rendering = render.settings();
        MemoryPlan plan;
        try (OcrEngine engine = model.open(Ladder.Limits.DEFAULT);
                PageRenderer renderer = new PageRenderer(limits, rendering);
                ProgressBar progress = console.progress("files", documents.size())) {
            plan = engine.memoryPlan();
            if (adapter.isPresent()) {
                engine.useAdapter("", LoraAdapter.read(adapter.get(), engine.config()));
            }
            for (Document document : documents) {
                if (Thread.currentThread().isInterrupted()) {
                    break;
                }
                try (DocumentPages pages = renderer.open(document, Optional.empty())) {
                    for (int number = 1; number <= pages.count(); number++) {
                        add(engine, document, pages, number, wantedMode);
                    }
                    if (output.isPresent()) {
                        written(output.get().expect(document, pages.count()));
                    }
                } catch (RefusedException e) {
                    if (!document.isPassedOver(e)) {
                        refuse(document, 0, e);
                    }
                }
                progress.step();
            }
            drain(engine, 0);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("pages", List.copyOf(rows.values()));
        result.put("memory", plan);
        output.ifPresent(written -> result.put("files", files));
        console.result(result);
        return failed || !origins.isEmpty() ? 1 : 0;
    }

    private void add(OcrEngine engine, Document document, DocumentPages pages, int number, Mode wanted)
            throws IOException {
        try {
            Page page = pages.read(number);
            PageScan scan = output.isPresent() ? output.get().keep(page) : PageScan.NONE;
            long ticket = nextTicket++;
            origins.put(ticket, new Origin(document, number, System.nanoTime(), scan));
            engine.add(ticket, new PageRequest(document.name() + "/" + number, page.image(), prompt, wanted, ""));
            drain(engine, PAGES_IN_FLIGHT);
        } catch (RefusedException e) {
            refuse(document, number, e);
        }
    }

    private void drain(OcrEngine engine, int until) throws IOException {
        while (engine.inFlight() > until && !Thread.currentThread().isInterrupted()) {
            for (FinishedPage finished : engine.step()) {
                finish(finished);
            }
        }
    }

    private void finish(FinishedPage finished) throws IOException {
        Origin origin = origins.remove(finished.ticket());
        Map<String, Object> row = row(origin.source(), origin.page());
        rows.put(finished.ticket(), row);
        if (finished.outcome() instanceof PageOutcome.Read read) {
            PageReading reading = read.reading();
            row.put("text", reading.text());
            row.put("outcome", reading.finish().name());
            row.put("confidence", reading.confidence());
            row.put("mode", reading.mode().label());
            row.put("attempts", reading.attempts());
            row.put("rotation", 90 * reading.quarterTurns());
            row.put("inputPixels", reading.inputPixels());
            row.put("seconds", (System.nanoTime() - origin.startNanos()) / 1e9);
            row.put(
                    "lines",
                    reading.regions().stream().map(RecognizeCommand::line).toList());
            show(origin.source(), origin.page(), reading);
            if (output.isPresent()) {
                written(output.get().read(origin.document(), origin.page(), reading, prompt, origin.scan()));
            }
        } else if (finished.outcome() instanceof PageOutcome.Failed failure) {
            fail(row, failure.failure().name(), failure.message());
            if (output.isPresent()) {
                written(output.get()
                        .failed(
                                origin.document(),
                                origin.page(),
                                failure.failure().name(),
                                failure.message()));
            }
        }
    }

    private void written(Optional<Path> file) {
        file.ifPresent(path -> {
            files.add(path.toString());
            console.say("── " + path);
        });
    }

    private static Map<String, Object> line(Region region) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("text", region.text());
        line.put("confidence", region.confidence());
        line.put("box", List.of(region.x0(), region.y0(), region.x1(), region.y1()));
        line.put("words", region.words());
        return line;
    }

    private void refuse(Document document, int page, RefusedException e) throws IOException {
        Map<String, Object> row = row(document.path().toString(), page);
        rows.put(nextTicket++, row);
        fail(row, e.reason().name(), e.getMessage());
        if (output.isPresent() && page > 0) {
            written(output.get().failed(document, page, e.reason().name(), e.getMessage()));
        }
    }

    private void fail(Map<String, Object> row, String code, String message) {
        failed = true;
        row.put("text", "");
        row.put("outcome", code);
        row.put("message", message);
        row.put("confidence", 0.0);
        row.put("mode", mode);
        row.put("seconds", 0.0);
        console.say(code + ": " + message);
    }

    private static Map<String, Object> row(String source, int page) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("source", source);
        row.put("page", page);
        return row;
    }

    private void show(String source, int page, PageReading reading) {
        if (console.json() || output.isPresent()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                java.util.Locale.ROOT,
                "── %s page %d · %s · confidence %.2f",
                source,
                page,
                reading.finish(),
                reading.confidence()));
        lines.add(reading.text());
        lines.forEach(console::say);
    }
}
