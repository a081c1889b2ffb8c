package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.LineBench;
import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.eval.LabeledImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a line model on images of lines. */
@Command(
        name = "lines",
        mixinStandardHelpOptions = true,
        description = "A line model on images of single lines: lines per second, and how long the first text takes.")
final class LinesBenchmark extends Benchmark {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "Folder of images of lines with a labels.tsv, whose texts are not looked at.")
    private Path data;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds whose median counts; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private ModelOptions model;

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return bench().steps();
    }

    @Override
    List<Measurement> measure(Runnable step) {
        try {
            return bench().run(model::open, step);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LineBench bench() {
        try {
            List<Path> images = LabeledImages.read(data, LabeledImages.Layout.LABELS_TSV).stream()
                    .map(LabeledImages.Item::file)
                    .toList();
            return new LineBench(images, rounds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
