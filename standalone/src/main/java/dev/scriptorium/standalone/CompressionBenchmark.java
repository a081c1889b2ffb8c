package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.trainer.bench.CompressionBench;
import dev.scriptorium.trainer.bench.CompressionChart;
import dev.scriptorium.trainer.bench.CompressionPoint;
import dev.scriptorium.trainer.draw.FontCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures how much text a vision token holds. With {@code --json} the object of {@link Benchmark} also has {@code
 * "points":[{"mode","textTokens","visionTokens","compression","precision","samples"}]}.
 */
@Command(
        name = "compression",
        mixinStandardHelpOptions = true,
        description = {
            "How much text a vision token holds: precision against text tokens a vision token, as a table and a picture.",
            "Texts are drawn denser and denser in fonts that are never trained on: pages for a page model, lines for a",
            "line model. Precision is 1 less the edit distance over the length of the longer text."
        })
final class CompressionBenchmark extends Benchmark {
    private static final String CHART = "compression.png";
    private static final int LINES = 40;
    private static final int PAGES = 3;

    @Option(
            names = "--modes",
            split = ",",
            paramLabel = "MODE",
            description = "Modes, such as tiny,small; every one the model reads in if not given.")
    private List<String> modes = List.of();

    @Option(
            names = "--densities",
            split = ",",
            paramLabel = "N",
            description = "Text tokens of a page, or characters of a line of 24 vision tokens.")
    private List<Integer> densities = List.of();

    @Option(
            names = "--samples",
            paramLabel = "N",
            description =
                    "Pictures for each mode and density; " + LINES + " lines or " + PAGES + " pages if not given.")
    private Optional<Integer> samples = Optional.empty();

    @Option(names = "--seed", defaultValue = "1", description = "Of texts and pictures; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder that " + CHART + " is written to.")
    private Optional<Path> out = Optional.empty();

    @Mixin
    private ModelOptions model;

    private List<CompressionPoint> points = List.of();

    @Override
    int steps() {
        return bench().steps();
    }

    @Override
    List<Measurement> measure(Runnable step) {
        try (OcrEngine engine = model.open();
                Tokenizer tokenizer = Tokenizer.load(model.folder().resolve("tokenizer.json"))) {
            points = bench().run(engine, tokenizer, FontCatalog.system(), step);
            if (out.isPresent()) {
                Files.createDirectories(out.get());
                CompressionChart.write(points, out.get().resolve(CHART));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return points.stream().map(CompressionBenchmark::measurement).toList();
    }

    @Override
    Map<String, Object> more() {
        List<Map<String, Object>> rows =
                points.stream().map(CompressionBenchmark::row).toList();
        return Map.of("points", rows);
    }

    private CompressionBench bench() {
        ModelConfig config;
        try {
            config = ModelConfig.read(model.folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean line = config.unit() == ModelConfig.Unit.LINE;
        return option("--modes, --densities or --samples", () -> {
            List<Mode> given = modes.stream().map(Mode::of).toList();
            List<Integer> usual = line ? CompressionBench.LINE_CHARACTERS : CompressionBench.PAGE_TOKENS;
            CompressionBench bench = new CompressionBench(
                    given.isEmpty() ? CompressionBench.modesOf(config) : given,
                    densities.isEmpty() ? usual : densities,
                    samples.orElse(line ? LINES : PAGES),
                    seed);
            bench.check(config);
            return bench;
        });
    }

    private static Measurement measurement(CompressionPoint point) {
        String name = String.format(
                Locale.ROOT,
                "%s, %.0f text tokens by %.0f: %.2fx",
                point.mode().label(),
                point.textTokens(),
                point.visionTokens(),
                point.compression());
        return new Measurement(name, 100 * point.precision(), "% precision", List.of(100 * point.precision()));
    }

    private static Map<String, Object> row(CompressionPoint point) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("mode", point.mode().label());
        row.put("textTokens", point.textTokens());
        row.put("visionTokens", point.visionTokens());
        row.put("compression", point.compression());
        row.put("precision", point.precision());
        row.put("samples", point.precisions().size());
        return row;
    }
}
