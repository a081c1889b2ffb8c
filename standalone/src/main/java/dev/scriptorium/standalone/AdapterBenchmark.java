package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.AdapterBench;
import dev.scriptorium.model.bench.Measurement;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what adapters beside the weights cost. */
@Command(
        name = "adapters",
        mixinStandardHelpOptions = true,
        description = "Decoding with adapters beside the weights, and with one merged into them, at the published size"
                + " with random weights.")
final class AdapterBenchmark extends Benchmark {

    @Option(names = "--layers", defaultValue = "12", description = "Layers, 1 to 12; default ${DEFAULT-VALUE}.")
    private int layers;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "16",
            description = "Sequences decoded together; default ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--adapters",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,4",
            description = "How many adapters read them; default ${DEFAULT-VALUE}.")
    private List<Integer> adapters;

    @Option(names = "--rank", defaultValue = "16", description = "Of each adapter; default ${DEFAULT-VALUE}.")
    private int rank;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "278",
            description = "Positions before; default ${DEFAULT-VALUE}, a page in Base mode.")
    private int context;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "8",
            description = "Tokens decoded in a round; default ${DEFAULT-VALUE}.")
    private int newTokens;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds whose median counts; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private ComputeOptions compute;

    @Option(names = "--seed", defaultValue = "1", description = "Of weights and tokens; default ${DEFAULT-VALUE}.")
    private int seed;

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return bench().steps();
    }

    @Override
    List<Measurement> measure(Runnable step) {
        return bench().run(step);
    }

    private AdapterBench bench() {
        try {
            return new AdapterBench(compute.compute(), layers, batch, adapters, rank, context, newTokens, rounds, seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
