package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.trainer.bench.TrainingBench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how an adapter is trained on a page model. */
@Command(
        name = "training",
        mixinStandardHelpOptions = true,
        description = "An adapter in training on a page model, with the settings that finetune has for it:"
                + " samples per second and memory.")
final class TrainingBenchmark extends Benchmark {

    @Mixin
    private FullSizeModel model;

    @Option(
            names = "--side",
            paramLabel = "PIXELS",
            defaultValue = "384",
            description = "Side of the pictures; default ${DEFAULT-VALUE}.")
    private int side;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "32",
            description = "Pictures computed together; default ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--accumulate",
            paramLabel = "N",
            defaultValue = "2",
            description = "Batches of a step; default ${DEFAULT-VALUE}.")
    private int accumulate;

    @Option(
            names = "--answer",
            paramLabel = "N",
            defaultValue = "8",
            description = "Tokens of an answer; default ${DEFAULT-VALUE}, a written word.")
    private int answer;

    @Option(
            names = "--moments",
            paramLabel = "BITS",
            defaultValue = "8",
            description = "What AdamW remembers in, 8 or 32 bits; default ${DEFAULT-VALUE}.")
    private int momentBits;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Steps whose median counts; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private ComputeOptions compute;

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return bench().steps();
    }

    @Override
    List<Measurement> measure(Runnable step) {
        try {
            model.prepare();
            return bench().run(step);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TrainingBench bench() {
        if (momentBits != 8 && momentBits != 32) {
            throw new ParameterException(spec.commandLine(), "--moments: 8 or 32 expected, " + momentBits + " found");
        }
        try {
            return new TrainingBench(
                    model.folder(), compute.compute(), side, batch, accumulate, answer, momentBits == 8, rounds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
