package dev.scriptorium.standalone;

import dev.scriptorium.model.eval.LabeledImages;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.finetune.FinetuneResult;
import dev.scriptorium.trainer.finetune.FinetuneSettings;
import dev.scriptorium.trainer.finetune.Finetuner;
import dev.scriptorium.trainer.finetune.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Trains an adapter on labeled images. With {@code --json} the object is {@code
 * {"samples","steps","seconds","samplesPerSecond","peakMemoryBytes","trainableParameters","firstLoss","lastLoss","adapter"}}
 * and {@code "adapterId"}, {@code "step"}, {@code "data"} with sizes and label lengths.
 */
@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        description = {
            "Train an adapter on labeled images, or go on with a training that was stopped.",
            "What is not given is taken from the model's config.json (key finetune), else from the published experiment:",
            "r 16, alpha 16, learning rate 1e-4, 2 epochs, 32 x 2 images a step, 5 steps of warm-up, 384 pixels."
        })
final class FinetuneCommand implements Callable<Integer>, Stoppable {

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "Folder of images and truth.")
    private Path data;

    @Option(
            names = "--layout",
            defaultValue = "labels-tsv",
            description = "labels-tsv (labels.tsv: file, tab, text) or uit-hwdb (train_data/<n>/label.json); default"
                    + " ${DEFAULT-VALUE}.")
    private String layout;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder for the adapter, metrics and the run's state.")
    private Path out;

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N images.")
    private Optional<Integer> limit = Optional.empty();

    @Option(names = "--epochs", description = "Times that every image is seen.")
    private Optional<Integer> epochs = Optional.empty();

    @Option(
            names = "--least-steps",
            paramLabel = "N",
            description = "See a small data set more often, for so many steps.")
    private Optional<Integer> leastSteps = Optional.empty();

    @Option(names = "--batch", description = "Images computed together.")
    private Optional<Integer> batch = Optional.empty();

    @Option(names = "--accumulate", description = "Batches a step.")
    private Optional<Integer> accumulate = Optional.empty();

    @Option(names = "--rank", description = "Rank of the adapter.")
    private Optional<Integer> rank = Optional.empty();

    @Option(names = "--alpha", description = "Scale of the adapter times its rank.")
    private Optional<Double> alpha = Optional.empty();

    @Option(
            names = "--target-modules",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Linears to adapt, as PEFT names them: q_proj,k_proj ... or attn.qkv,fc1 ... of the vision part.")
    private List<String> targets = List.of();

    @Option(names = "--learning-rate", description = "Greatest rate.")
    private Optional<Double> rate = Optional.empty();

    @Option(names = "--warm-up", paramLabel = "STEPS", description = "Steps until the greatest rate.")
    private Optional<Integer> warmUp = Optional.empty();

    @Option(names = "--eight-bit", negatable = true, description = "Keep AdamW's moments in 8 bits.")
    private Optional<Boolean> eightBit = Optional.empty();

    @Option(names = "--distort", negatable = true, description = "Show lines a little differently each time.")
    private Optional<Boolean> distort = Optional.empty();

    @Option(
            names = "--replay",
            paramLabel = "SHARE",
            description = "Drawn lines mixed in, as a share of the images, so that print is not forgotten.")
    private Optional<Double> replay = Optional.empty();

    @Option(names = "--mode", description = "Resolution of a page model: seed384, tiny, small, base, large.")
    private Optional<String> mode = Optional.empty();

    @Option(names = "--seed", defaultValue = "1", description = "Of adapter and order; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--save-every", defaultValue = "100", description = "Steps; default ${DEFAULT-VALUE}.")
    private int saveEvery;

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    private volatile boolean stopping;

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public Integer call() throws IOException {
        LabeledImages.Layout truth = console.option("--layout", () -> LabeledImages.Layout.of(layout));
        Path folder = LabeledFolder.part(data, truth, LabeledFolder.TRAIN);
        List<LabeledImages.Item> items = LabeledImages.read(folder, truth).stream()
                .limit(limit.orElse(Integer.MAX_VALUE))
                .toList();
        DataReport report = DataReport.of(items);
        report.lines().forEach(console::say);
        FinetuneSettings settings;
        try {
            settings = FinetuneSettings.of(model.folder(), overrides());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(console.commandLine(), e.getMessage(), e);
        }
        FinetuneResult result =
                train(settings, items.stream().map(FinetuneCommand::sample).toList());
        console.say(String.format(
                Locale.ROOT,
                "step %d of %d, %.0f s, %.1f images/s, peak memory %.2f GB, %,d numbers trained, loss %.4f -> %.4f%nadapter in %s",
                result.step(),
                result.steps(),
                result.seconds(),
                result.samplesPerSecond(),
                result.peakMemoryBytes() / 1e9,
                result.trainableParameters(),
                result.firstLoss(),
                result.lastLoss(),
                result.adapter()));
        console.result(json(result, report));
        return 0;
    }

    private FinetuneResult train(FinetuneSettings settings, List<Sample> samples) throws IOException {
        long steps = Finetuner.steps(settings, samples.size());
        try (ProgressBar progress = console.progress("steps", steps)) {
            return new Finetuner(
                            settings,
                            model.folder(),
                            model.compute(),
                            out,
                            seed,
                            saveEvery,
                            drawer(settings),
                            metrics -> progress.moveTo(metrics.step()))
                    .run(samples, () -> stopping);
        }
    }

    /** Draws what the base already reads; a machine without the fonts trains all the same. */
    private Optional<LineDrawer> drawer(FinetuneSettings settings) {
        if (settings.replay() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(LineDrawer.standard());
        } catch (IllegalStateException e) {
            console.say("no lines drawn for replay, so the adapter may forget other print: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Map<String, Object> overrides() {
        Map<String, Object> overrides = new LinkedHashMap<>();
        epochs.ifPresent(value -> overrides.put("epochs", value));
        leastSteps.ifPresent(value -> overrides.put("least_steps", value));
        batch.ifPresent(value -> overrides.put("batch", value));
        accumulate.ifPresent(value -> overrides.put("accumulate", value));
        rank.ifPresent(value -> overrides.put("rank", value));
        alpha.ifPresent(value -> overrides.put("alpha", value));
        if (!targets.isEmpty()) {
            overrides.put("target_modules", targets);
        }
        rate.ifPresent(value -> overrides.put("learning_rate", value));
        warmUp.ifPresent(value -> overrides.put("warm_up", value));
        eightBit.ifPresent(value -> overrides.put("eight_bit", value));
        distort.ifPresent(value -> overrides.put("distort", value));
        replay.ifPresent(value -> overrides.put("replay", value));
        mode.ifPresent(value -> overrides.put("mode", value));
        return overrides;
    }

    private static Sample sample(LabeledImages.Item item) {
        String text = Normalizer.normalize(item.text(), Normalizer.Form.NFC).strip();
        return new Sample(item.name(), () -> Files.readAllBytes(item.file()), text);
    }

    private static Map<String, Object> json(FinetuneResult result, DataReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("samples", result.samples());
        json.put("steps", result.steps());
        json.put("step", result.step());
        json.put("seconds", result.seconds());
        json.put("samplesPerSecond", result.samplesPerSecond());
        json.put("peakMemoryBytes", result.peakMemoryBytes());
        json.put("trainableParameters", result.trainableParameters());
        json.put("firstLoss", result.firstLoss());
        json.put("lastLoss", result.lastLoss());
        json.put("adapter", result.adapter().toString());
        json.put("adapterId", result.adapterId());
        json.put("data", report.json());
        return json;
    }
}
