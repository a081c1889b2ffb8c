package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.EngineBench;
import dev.scriptorium.model.bench.GpuBench;
import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.NvidiaSmi;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a page model of the published size on a GPU. */
@Command(
        name = "gpu",
        mixinStandardHelpOptions = true,
        description = {
            "A page model of the published size on a GPU, weights drawn there: views, prompts, steps of decoding,",
            "memory bandwidth, pages a second from these, and some pages through the whole engine."
        })
final class GpuBenchmark extends Benchmark {

    @Option(
            names = "--modes",
            paramLabel = "MODE",
            split = ",",
            defaultValue = "base,tiny,small,large,gundam",
            description = "The first one goes through the engine, too; default ${DEFAULT-VALUE}.")
    private List<String> modes;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            split = ",",
            defaultValue = "1000,250,2000",
            description = "Lengths of answers, the first for the engine, too; default ${DEFAULT-VALUE}.")
    private List<Integer> tokens;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,16,64,128,256",
            description = "Sequences decoded together, the most for the engine, too; default ${DEFAULT-VALUE}.")
    private List<Integer> sequences;

    @Option(
            names = "--pages",
            paramLabel = "N",
            defaultValue = "256",
            description = "Pages through the engine; 0 for none; default ${DEFAULT-VALUE}.")
    private int pages;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = {
                "A page model's folder: its dimensions, and its weights for the engine. If not given the published size,",
                "and random weights that are written to a folder for the engine (6.7 GB) and deleted."
            })
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds whose median counts; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin
    private ComputeOptions options;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of weights, tokens and pages; default ${DEFAULT-VALUE}.")
    private int seed;

    @Spec
    private CommandSpec spec;

    private final Map<String, Object> gpu = new LinkedHashMap<>();

    @Override
    int steps() {
        return bench().steps() + (pages > 0 ? 1 : 0);
    }

    @Override
    List<Measurement> measure(Runnable step) {
        Compute compute = bench().compute();
        try {
            GpuBench.Outcome outcome = bench().run(config(), step);
            List<Measurement> results = new ArrayList<>(outcome.results());
            if (pages > 0) {
                results.addAll(engine(compute));
                step.run();
            }
            gpu.put("device", ComputeDevice.name(compute.device()));
            gpu.put(
                    "name",
                    compute.onCpu()
                            ? null
                            : NvidiaSmi.name(compute.device().getDeviceId()).orElse(null));
            // not known where there is no nvidia-smi
            gpu.put("busy", outcome.busy().isEmpty() ? null : outcome.busy());
            return results;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    Map<String, Object> more() {
        return Map.of("gpu", gpu);
    }

    private ModelConfig config() throws IOException {
        if (model.isEmpty()) {
            return ModelConfig.published();
        }
        try (Checkpoint checkpoint = Checkpoint.open(model.get())) {
            return checkpoint.config();
        }
    }

    private List<Measurement> engine(Compute compute) throws IOException {
        if (model.isPresent()) {
            return engine(compute, model.get());
        }
        try (TemporaryFolder folder = TemporaryFolder.create("scriptorium-bench")) {
            EngineBench.writeRandom(folder.path());
            return engine(compute, folder.path());
        }
    }

    private List<Measurement> engine(Compute compute, Path folder) throws IOException {
        int slots = sequences.stream().mapToInt(Integer::intValue).max().orElseThrow();
        return new EngineBench(folder, compute, Mode.of(modes.get(0)), pages, tokens.get(0), slots, seed).run();
    }

    private GpuBench bench() {
        try {
            return new GpuBench(
                    options.compute(),
                    modes.stream().map(Mode::of).toList(),
                    tokens,
                    sequences,
                    GpuBench.Lots.of(options.compute()),
                    rounds,
                    seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
