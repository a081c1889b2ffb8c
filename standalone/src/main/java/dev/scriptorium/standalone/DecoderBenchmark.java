package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.DecoderBench;
import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.config.ModelConfig;
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

/** Measures the language model at its published size. */
@Command(
        name = "decoder",
        mixinStandardHelpOptions = true,
        description = "The language model alone at the published size, 2.9 billion parameters: prefill and decoding.")
final class DecoderBenchmark extends Benchmark {

    @Option(
            names = "--random-weights",
            description = "Draw the weights at random, as long as none of this size are at hand: required.")
    private boolean randomWeights;

    @Option(names = "--layers", defaultValue = "12", description = "Layers, 1 to 12; default ${DEFAULT-VALUE}.")
    private int layers;

    @Option(
            names = "--prompt",
            paramLabel = "N",
            defaultValue = "278",
            description = "Tokens of a prompt; default ${DEFAULT-VALUE}, a page in Base mode.")
    private int promptTokens;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "32",
            description = "Tokens decoded in a round; default ${DEFAULT-VALUE}.")
    private int newTokens;

    @Option(
            names = "--batch",
            paramLabel = "B",
            split = ",",
            defaultValue = "1",
            description = "Sequences decoded together, such as 1,8; default ${DEFAULT-VALUE}.")
    private List<Integer> batches;

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

    @Option(
            names = "--llama-bench",
            paramLabel = "FILE",
            description = "llama.cpp's llama-bench, to be measured beside; with --llama-model.")
    private Optional<Path> llamaBench = Optional.empty();

    @Option(names = "--llama-model", paramLabel = "FILE", description = "A GGUF file of the same shapes for it.")
    private Optional<Path> llamaModel = Optional.empty();

    @Option(names = "--seed", defaultValue = "1", description = "Of weights and tokens; default ${DEFAULT-VALUE}.")
    private int seed;

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return bench().steps() + (llamaBench.isPresent() ? 1 : 0);
    }

    @Override
    List<Measurement> measure(Runnable step) {
        Optional<LlamaPeer> peer = peer();
        List<Measurement> results = new ArrayList<>(bench().run(step));
        if (peer.isPresent()) {
            try {
                results.addAll(peer.get().measure(compute.threads(), promptTokens, newTokens, rounds));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("bench decoder: interrupted", e);
            }
            step.run();
        }
        return results;
    }

    private Optional<LlamaPeer> peer() {
        if (llamaBench.isPresent() != llamaModel.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "--llama-bench and --llama-model: both or neither expected, one found");
        }
        return llamaBench.map(program -> new LlamaPeer(program, llamaModel.orElseThrow()));
    }

    private DecoderBench bench() {
        if (!randomWeights) {
            throw new ParameterException(spec.commandLine(), "--random-weights is required");
        }
        int known = ModelConfig.published().decoder().layers();
        if (layers > known) {
            throw new ParameterException(
                    spec.commandLine(), "layers: at most " + known + " expected, " + layers + " found");
        }
        try {
            return new DecoderBench(compute.compute(), layers, promptTokens, newTokens, batches, packed, rounds, seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
