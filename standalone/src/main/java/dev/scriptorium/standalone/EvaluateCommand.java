package dev.scriptorium.standalone;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.eval.LabeledImages;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.NoTextDrawer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Scores a model on labeled images. With {@code --json} the object is {@code
 * {"n","cer","medianCer","cappedCer","wer","exact","loops","blanks","itemsPerCpuSecond"}}, how far confidence can be
 * trusted, {@code {"calibrated","ece","errorsInWorstTenth","reliability","wordEce","wordReliability"}}, and, for what
 * could not be read at all, {@code "failed"}, whose truth counts as missed; of whole
 * pages also {@code "pages"}, each one's error rate by name. With an adapter the scores are the adapter's, and
 * {@code "base"} is the object of the base model.
 *
 * <p>With {@code --drawn no-text} nothing is to be read, and the object is {@code
 * {"n","invented","inventedShare","characters","failed","pages","lines","kinds"}}: pictures, those on which text was
 * read, their share, how many characters; the same for pictures in the size of pages, of lines, and of each kind.
 */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description =
                "Score a model on labeled images: character and word error rate, exact matches, loops. Or count what it reads where nothing stands.")
final class EvaluateCommand implements Callable<Integer> {
    /** The domain that the adapter is given; the base model reads others. */
    private static final String ADAPTED = "adapted";

    /** The one kind of pictures that {@code --drawn} draws. */
    private static final String NO_TEXT = "no-text";

    @ArgGroup(multiplicity = "1")
    private Source source;

    /** What is read: images from a folder, or drawn ones. */
    private static final class Source {
        @Option(names = "--data", paramLabel = "DIR", required = true, description = "Folder of images and truth.")
        private Optional<Path> data = Optional.empty();

        @Option(
                names = "--drawn",
                paramLabel = "no-text",
                required = true,
                description =
                        "Pictures drawn by this program. no-text: blank paper, show-through, photographs, noise, ruled paper, empty forms, pages and lines in turn, on which nothing is to be read.")
        private Optional<String> drawn = Optional.empty();
    }

    @Option(
            names = "--count",
            defaultValue = "1000",
            paramLabel = "N",
            description = "With --drawn: how many pictures; default ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "With --drawn: decides what is drawn; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--layout",
            defaultValue = "labels-tsv",
            description =
                    "labels-tsv (labels.tsv: file, tab, text), uit-hwdb (<n>/label.json) or pages (X.gt.txt beside X.png, X.tif ...); default ${DEFAULT-VALUE}.")
    private String layout;

    @Option(names = "--fold-case", description = "Take capital and small letters for the same.")
    private boolean foldCase;

    @Option(names = "--limit", defaultValue = "2147483647", paramLabel = "N", description = "Only the first N images.")
    private int limit;

    @Option(
            names = "--mode",
            defaultValue = "",
            description =
                    "How an image is read; auto for whole pages, line for line models and seed384 for page models if not given.")
    private String mode;

    @Option(names = "--errors", paramLabel = "N", defaultValue = "0", description = "Show the N worst readings.")
    private int errors;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Compare an adapter (as finetune or PEFT writes it) with the model alone.")
    private Optional<Path> adapter = Optional.empty();

    @Option(names = "--no-base", description = "With --adapter: do not read everything with the model alone as well.")
    private boolean withoutBase;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the scores, the best improvements and the hard cases as a page with the images.")
    private Optional<Path> html = Optional.empty();

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    @Override
    public Integer call() throws IOException {
        return source.drawn.isPresent() ? drawn(source.drawn.get()) : labeled(source.data.orElseThrow());
    }

    private int drawn(String what) throws IOException {
        console.option("--drawn", () -> require(what.equals(NO_TEXT), NO_TEXT, what));
        console.option("--count", () -> require(count > 0, "1 or more", count));
        Mode wanted = mode.isEmpty() ? Mode.AUTO : console.option("--mode", () -> Mode.of(mode));
        NoTextDrawer drawer = new NoTextDrawer(LineDrawer.standard(), true);
        NoTextScoring.Result result;
        try (OcrEngine engine = model.open()) {
            String domain = "";
            if (adapter.isPresent()) {
                domain = ADAPTED;
                engine.useAdapter(domain, LoraAdapter.read(adapter.get(), engine.config()));
            }
            result = NoTextScoring.run(engine, drawer, count, seed, wanted, domain, console);
        }
        for (NoTextScoring.Reading reading : result.worst(errors)) {
            console.say(reading.toString());
        }
        result.table().forEach(console::say);
        console.result(result.json());
        return result.failed() == 0 ? 0 : 1;
    }

    private static boolean require(boolean fits, String expected, Object found) {
        if (!fits) {
            throw new IllegalArgumentException(expected + " expected, '" + found + "' found");
        }
        return true;
    }

    private int labeled(Path data) throws IOException {
        LabeledImages.Layout truth = console.option("--layout", () -> LabeledImages.Layout.of(layout));
        Optional<Mode> given =
                mode.isEmpty() ? Optional.empty() : Optional.of(console.option("--mode", () -> Mode.of(mode)));
        Path folder = LabeledFolder.part(data, truth, LabeledFolder.TEST);
        List<LabeledImages.Item> items =
                LabeledImages.read(folder, truth).stream().limit(limit).toList();
        Map<String, Scoring.Result> results = new LinkedHashMap<>();
        try (OcrEngine engine = model.open()) {
            Mode wanted = given.orElseGet(() -> defaultMode(engine.config(), truth));
            if (adapter.isEmpty() || !withoutBase) {
                results.put("base", Scoring.run(engine, items, wanted, "", foldCase, console));
            }
            if (adapter.isPresent()) {
                engine.useAdapter(ADAPTED, LoraAdapter.read(adapter.get(), engine.config()));
                results.put(ADAPTED, Scoring.run(engine, items, wanted, ADAPTED, foldCase, console));
            }
        }
        if (html.isPresent()) {
            ScorePage.write(html.get(), "Readings of " + folder, results);
        }
        report(results, truth == LabeledImages.Layout.PAGES);
        return results.values().stream().allMatch(result -> result.failed() == 0) ? 0 : 1;
    }

    private static Mode defaultMode(ModelConfig config, LabeledImages.Layout layout) {
        if (layout == LabeledImages.Layout.PAGES) {
            return Mode.AUTO;
        }
        return config.unit() == ModelConfig.Unit.LINE ? Mode.LINE : Mode.SEED384;
    }

    private void report(Map<String, Scoring.Result> results, boolean wholePages) {
        Scoring.Result judged = results.getOrDefault(ADAPTED, results.get("base"));
        judged.readings().stream()
                .filter(reading -> reading.rate() > 0)
                .sorted(Comparator.comparingDouble(Scoring.Reading::rate).reversed())
                .limit(errors)
                .forEach(reading -> console.say(String.format(
                        Locale.ROOT,
                        "%6.1f %%  %s%n  truth    %s%n  reading  %s",
                        100 * reading.rate(),
                        reading.item().name(),
                        reading.item().text(),
                        reading.text())));
        Map<String, Double> pages = new TreeMap<>();
        if (wholePages) {
            judged.readings().forEach(page -> pages.put(page.item().name(), page.rate()));
            pages.forEach((name, rate) -> console.say(String.format(Locale.ROOT, "%6.2f %%  %s", 100 * rate, name)));
        }
        ScoreTable.lines(results).forEach(console::say);
        console.say(judged.confidence().table());
        Map<String, Object> json = judged.json();
        if (wholePages) {
            json.put("pages", pages);
        }
        if (results.size() > 1) {
            json.put("base", results.get("base").json());
        }
        console.result(json);
    }
}
