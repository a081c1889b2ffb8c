package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.bench.VisionBench;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the vision half of the model at its published size. */
@Command(
        name = "vision",
        mixinStandardHelpOptions = true,
        description =
                "The vision half alone at the published size, with weights drawn at random: one view of each size.")
final class VisionBenchmark extends Benchmark {

    @Option(
            names = "--sides",
            paramLabel = "PIXELS",
            split = ",",
            defaultValue = "512,640,1024,1280",
            description = "Sides of the views: those of tiny, small or a tile, base, large; default ${DEFAULT-VALUE}.")
    private List<Integer> sides;

    @Option(names = "--packed", description = "Compute with weights packed for the processor: a second copy of them.")
    private boolean packed;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds whose median counts; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private ComputeOptions compute;

    @Option(names = "--seed", defaultValue = "1", description = "Of weights and pixels; default ${DEFAULT-VALUE}.")
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

    private VisionBench bench() {
        try {
            return new VisionBench(compute.compute(), sides, packed, rounds, seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
