package dev.scriptorium.standalone;

import dev.scriptorium.trainer.draw.FontCatalog;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.Subject;
import dev.scriptorium.trainer.draw.TextSource;
import dev.scriptorium.trainer.pretrain.HeldOutLines;
import dev.scriptorium.trainer.pretrain.PretrainConfig;
import dev.scriptorium.trainer.pretrain.Pretrainer;
import dev.scriptorium.trainer.pretrain.StepMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Trains the bundled line model from nothing. With {@code --json} the object is {@code
 * {"step","steps","lines","seconds","linesPerSecond","loss","out"}}.
 */
@Command(
        name = "pretrain",
        mixinStandardHelpOptions = true,
        description = {
            "Train a line model on lines drawn here, or go on with a run that was stopped.",
            "Fonts are those of docs/nano.md that this machine has installed."
        })
final class PretrainCommand implements Callable<Integer>, Stoppable {

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder that becomes the model.")
    private Path out;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "Begin with the weights of this model folder instead of random ones.")
    private Optional<Path> from = Optional.empty();

    @Option(names = "--steps", defaultValue = "3800", description = "Length of the run; default ${DEFAULT-VALUE}.")
    private long steps;

    @Option(names = "--stop-at", paramLabel = "STEP", description = "Stop after this step; run again to go on.")
    private Optional<Long> stopAt = Optional.empty();

    @Option(names = "--batch", defaultValue = "32", description = "Lines a step; default ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--learning-rate", defaultValue = "0.002", description = "Greatest rate; default ${DEFAULT-VALUE}.")
    private double rate;

    @Option(names = "--seed", defaultValue = "1", description = "Of weights and lines; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--save-every", defaultValue = "50", description = "Steps; default ${DEFAULT-VALUE}.")
    private int saveEvery;

    @Option(names = "--evaluate-every", defaultValue = "200", description = "Steps; default ${DEFAULT-VALUE}.")
    private int evaluateEvery;

    @Option(
            names = "--evaluation-lines",
            defaultValue = "100",
            description = "Held-out lines read each time; default ${DEFAULT-VALUE}.")
    private int evaluationLines;

    @Option(
            names = "--device",
            defaultValue = "cpu",
            description = "cpu, gpu, gpu:N or auto; default ${DEFAULT-VALUE}.")
    private String device;

    @Option(
            names = "--fonts",
            paramLabel = "DIR",
            description = "Folders with fonts instead of the system's; may be given several times.")
    private List<Path> fonts = List.of();

    @Option(
            names = "--write-held-out",
            paramLabel = "DIR",
            description = "Only write the held-out lines as a labeled folder, for evaluate.")
    private Optional<Path> heldOut = Optional.empty();

    @Option(
            names = "--subject",
            defaultValue = "mixed",
            description = "What written lines are about: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private Subject subject;

    @Mixin
    private Console console;

    private StepMetrics last;
    private volatile boolean stopping;

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public Integer call() throws IOException {
        FontCatalog catalog = fonts.isEmpty() ? FontCatalog.system() : FontCatalog.in(fonts);
        LineDrawer drawer = new LineDrawer(catalog, new TextSource());
        if (heldOut.isPresent()) {
            new HeldOutLines(drawer, seed, evaluationLines, subject).write(heldOut.get());
            console.say(evaluationLines + " lines written to " + heldOut.get());
            console.result(Map.of("lines", evaluationLines, "out", heldOut.get().toString()));
            return 0;
        }
        PretrainConfig config = new PretrainConfig(
                out,
                from,
                steps,
                stopAt.orElse(steps),
                batch,
                rate,
                seed,
                saveEvery,
                evaluateEvery,
                evaluationLines,
                1,
                device);
        long start = System.nanoTime();
        long first = -1;
        long reached;
        try (ProgressBar progress = console.progress("steps", config.stopAt())) {
            long[] firstStep = {first};
            reached = new Pretrainer(config, drawer, metrics -> {
                        firstStep[0] = firstStep[0] < 0 ? metrics.step() - 1 : firstStep[0];
                        last = metrics;
                        progress.moveTo(metrics.step());
                    })
                    .run(() -> stopping);
            first = firstStep[0];
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long lines = first < 0 ? 0 : (reached - first) * batch;
        console.say(String.format(
                Locale.ROOT, "step %d of %d, %d lines in %.0f s, model in %s", reached, steps, lines, seconds, out));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("step", reached);
        result.put("steps", steps);
        result.put("lines", lines);
        result.put("seconds", seconds);
        result.put("linesPerSecond", lines / seconds);
        result.put("loss", last == null ? null : last.loss());
        result.put("out", out.toString());
        console.result(result);
        return 0;
    }
}
