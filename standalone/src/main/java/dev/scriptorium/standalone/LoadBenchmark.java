package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.LoadBench;
import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.weights.ComputeType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
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

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "A model folder, in the published format.")
    private Path model;

    @Option(
            names = "--random-weights",
            description = "Write one of the published size there first if there is none: 6.7 GB, drawn at random.")
    private boolean randomWeights;

    @Option(names = "--dtype", defaultValue = "bf16", description = "bf16, f32 or auto; default ${DEFAULT-VALUE}.")
    private String dtype;

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

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Threads of one operation; as many as cores if not given.")
    private Optional<Integer> threads = Optional.empty();

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return bench().rounds();
    }

    @Override
    List<Measurement> measure(Runnable step) {
        try {
            if (randomWeights) {
                LoadBench.writeRandom(model);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bench().run(step);
    }

    private LoadBench bench() {
        try {
            threads.ifPresent(DjlDefaults::threads);
            return new LoadBench(model, ComputeType.of(dtype), side, rounds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
