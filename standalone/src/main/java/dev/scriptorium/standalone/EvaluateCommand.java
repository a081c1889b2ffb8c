package dev.scriptorium.standalone;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.FinishReason;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.eval.LabeledImages;
import dev.scriptorium.model.text.Prompt;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Scores a model on labeled images. With {@code --json} the object is {@code
 * {"n","cer","medianCer","cappedCer","wer","exact","loops","blanks","itemsPerCpuSecond"}} and, for what
 * could not be read at all, {@code "failed"}, whose truth counts as missed; of whole
 * pages also {@code "pages"}, each one's error rate by name.
 */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = "Score a model on labeled images: character and word error rate, exact matches, loops.")
final class EvaluateCommand implements Callable<Integer> {
    private static final int IN_FLIGHT = 512;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "Folder of images and truth.")
    private Path data;

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

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    private record Miss(double rate, String file, String truth, String reading) {}

    private final List<Miss> misses = new java.util.ArrayList<>();
    private final Map<String, Double> pages = new TreeMap<>();
    private boolean wholePages;
    private int loops;
    private int blanks;
    private int failed;

    @Override
    public Integer call() throws IOException {
        LabeledImages.Layout truth = console.option("--layout", () -> LabeledImages.Layout.of(layout));
        wholePages = truth == LabeledImages.Layout.PAGES;
        Optional<Mode> given =
                mode.isEmpty() ? Optional.empty() : Optional.of(console.option("--mode", () -> Mode.of(mode)));
        List<LabeledImages.Item> items =
                LabeledImages.read(data, truth).stream().limit(limit).toList();
        CharacterErrorRate score = new CharacterErrorRate(foldCase);
        double cpuSeconds;
        try (OcrEngine engine = model.open();
                ProgressBar progress = console.progress("images", items.size())) {
            Mode wanted = given.orElseGet(() -> defaultMode(engine.config()));
            Map<Long, LabeledImages.Item> pending = new HashMap<>();
            long cpuStart = cpuNanos();
            long ticket = 0;
            for (LabeledImages.Item item : items) {
                pending.put(ticket, item);
                ByteBuffer image = ByteBuffer.wrap(Files.readAllBytes(item.file()));
                engine.add(ticket++, new PageRequest(item.name(), image, Prompt.FREE_OCR, wanted, ""));
                while (engine.inFlight() >= IN_FLIGHT && !Thread.currentThread().isInterrupted()) {
                    engine.step().forEach(page -> score(score, pending.remove(page.ticket()), page, progress));
                }
            }
            while (engine.inFlight() > 0 && !Thread.currentThread().isInterrupted()) {
                engine.step().forEach(page -> score(score, pending.remove(page.ticket()), page, progress));
            }
            cpuSeconds = (cpuNanos() - cpuStart) / 1e9;
        }
        report(score.scores(), items.size() / cpuSeconds);
        return failed == 0 ? 0 : 1;
    }

    private Mode defaultMode(ModelConfig config) {
        if (wholePages) {
            return Mode.AUTO;
        }
        return config.unit() == ModelConfig.Unit.LINE ? Mode.LINE : Mode.SEED384;
    }

    private void score(CharacterErrorRate score, LabeledImages.Item item, FinishedPage page, ProgressBar progress) {
        String text = "";
        if (page.outcome() instanceof PageOutcome.Read read) {
            text = read.reading().text();
            loops += read.reading().finish() == FinishReason.LOOP ? 1 : 0;
            blanks += read.reading().finish() == FinishReason.BLANK ? 1 : 0;
        } else if (page.outcome() instanceof PageOutcome.Failed failure) {
            failed++;
            console.say(failure.failure() + ": " + failure.message());
        }
        double rate = score.add(item.text(), text);
        if (wholePages) {
            pages.put(item.name(), rate);
        }
        if (errors > 0 && rate > 0) {
            misses.add(new Miss(rate, item.name(), item.text(), text));
        }
        progress.step();
    }

    private void report(CharacterErrorRate.Scores scores, double itemsPerCpuSecond) {
        misses.sort((a, b) -> Double.compare(b.rate(), a.rate()));
        for (Miss miss : misses.subList(0, Math.min(errors, misses.size()))) {
            console.say(String.format(
                    Locale.ROOT,
                    "%6.1f %%  %s%n  truth    %s%n  reading  %s",
                    100 * miss.rate(),
                    miss.file(),
                    miss.truth(),
                    miss.reading()));
        }
        pages.forEach((name, rate) -> console.say(String.format(Locale.ROOT, "%6.2f %%  %s", 100 * rate, name)));
        if (!console.json()) {
            console.say(String.format(
                    Locale.ROOT,
                    "%d images  CER %.2f %%  median %.2f %%  capped %.2f %%  WER %.2f %%  exact %.1f %%  loops %d  blanks %d"
                            + "  %.1f a CPU second",
                    scores.samples(),
                    100 * scores.cer(),
                    100 * scores.medianCer(),
                    100 * scores.cappedCer(),
                    100 * scores.wer(),
                    100 * scores.exact(),
                    loops,
                    blanks,
                    itemsPerCpuSecond));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("n", scores.samples());
        result.put("cer", scores.cer());
        result.put("medianCer", scores.medianCer());
        result.put("cappedCer", scores.cappedCer());
        result.put("wer", scores.wer());
        result.put("exact", scores.exact());
        result.put("loops", loops);
        result.put("blanks", blanks);
        result.put("failed", failed);
        result.put("itemsPerCpuSecond", itemsPerCpuSecond);
        if (wholePages) {
            result.put("pages", pages);
        }
        console.result(result);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
