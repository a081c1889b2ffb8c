package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.LineBench;
import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.eval.LabeledImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
            description = "Folder of images of lines with a labels.tsv, whose texts are not looked at;"
                    + " the lines of this build's sample pages if not given.")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds whose median counts; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--tesseract",
            paramLabel = "FILE",
            description = "Tesseract's program, to be measured beside; the one on the PATH if there is one.")
    private Optional<Path> tesseract = PeerProcess.find("tesseract");

    @Mixin
    private ModelOptions model;

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return LineBench.steps(rounds) + (tesseract.isPresent() ? 1 : 0);
    }

    @Override
    List<Measurement> measure(Runnable step) {
        try (TemporaryFolder folder = TemporaryFolder.create("scriptorium-bench")) {
            List<Path> images = data.isPresent() ? labeled(data.get()) : SampleLines.write(folder.path());
            List<Measurement> results = new ArrayList<>(bench(images).run(model::open, step));
            if (tesseract.isPresent()) {
                results.add(new TesseractPeer(tesseract.get()).measure(images, rounds));
                step.run();
            }
            return results;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("bench lines: interrupted", e);
        }
    }

    private List<Path> labeled(Path dir) throws IOException {
        try {
            return LabeledImages.read(dir, LabeledImages.Layout.LABELS_TSV).stream()
                    .map(LabeledImages.Item::file)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private LineBench bench(List<Path> images) {
        try {
            return new LineBench(images, rounds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
