package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.LoadBench;
import dev.scriptorium.model.bench.Measurement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how long a page model takes to its first token. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "A page model from its folder to the first token of the first page.")
final class LoadBenchmark extends Benchmark {

    @Mixin
    private FullSizeModel model;

    @Option(
            names = "--side",
            paramLabel = "PIXELS",
            defaultValue = "1024",
            description = "Side of the page's view; default ${DEFAULT-VALUE}.")
    private int side;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often it is loaded; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private ComputeOptions compute;

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return bench().rounds();
    }

    @Override
    List<Measurement> measure(Runnable step) {
        try {
            model.prepare();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bench().run(step);
    }

    private LoadBench bench() {
        try {
            return new LoadBench(model.folder(), compute.compute(), side, rounds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
