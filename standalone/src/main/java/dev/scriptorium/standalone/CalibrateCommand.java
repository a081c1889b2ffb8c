package dev.scriptorium.standalone;

import dev.scriptorium.model.confidence.Calibration;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.trainer.calibrate.Calibrator;
import dev.scriptorium.trainer.draw.FontCatalog;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.TextSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Teaches a line model what its confidence is worth. With {@code --json} the object is {@code
 * {"lines","seed","exact","ece","wordEce","out"}}.
 */
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        description = {
            "Learn what a line model's confidence is worth and write it to calibration.json beside the weights.",
            "Lines are drawn here in fonts that are never trained on; run it again whenever the weights change."
        })
final class CalibrateCommand implements Callable<Integer> {

    @Option(names = "--lines", defaultValue = "4000", description = "Lines fitted to; default ${DEFAULT-VALUE}.")
    private int lines;

    @Option(names = "--seed", defaultValue = "1", description = "Of the lines; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--fonts",
            paramLabel = "DIR",
            description = "Folders with fonts instead of the system's; may be given several times.")
    private List<Path> fonts = List.of();

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    @Override
    public Integer call() throws IOException {
        Path folder = console.option("--model", model::own);
        FontCatalog catalog = fonts.isEmpty() ? FontCatalog.system() : FontCatalog.in(fonts);
        Calibrator calibrator =
                console.option("--lines", () -> new Calibrator(new LineDrawer(catalog, new TextSource()), seed, lines));
        Calibration calibration;
        try (OcrEngine engine = model.open();
                ProgressBar progress = console.progress("lines", calibrator.total())) {
            calibration = calibrator.fit(engine, progress::step);
        }
        calibration.write(folder);
        Calibration.Origin origin = calibration.origin();
        console.say(String.format(
                Locale.ROOT,
                "%d lines, %.1f %% read without fault; on others the calibration error is %.3f for lines, %.3f for words;"
                        + " %s written",
                origin.lines(),
                100 * origin.exact(),
                origin.ece(),
                origin.wordEce(),
                folder.resolve(Calibration.FILE)));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("lines", origin.lines());
        result.put("seed", origin.seed());
        result.put("exact", origin.exact());
        result.put("ece", origin.ece());
        result.put("wordEce", origin.wordEce());
        result.put("out", folder.resolve(Calibration.FILE).toString());
        console.result(result);
        return 0;
    }
}
