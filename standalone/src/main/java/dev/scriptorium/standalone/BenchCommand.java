package dev.scriptorium.standalone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The project's own benchmarks, each a {@link Benchmark} and a command below this one. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure a part of this build on this machine.",
        synopsisSubcommandLabel = "NAME",
        commandListHeading = "%nBenchmarks:%n",
        subcommands = {
            AllBenchmarks.class,
            DecoderBenchmark.class,
            VisionBenchmark.class,
            LoadBenchmark.class,
            LinesBenchmark.class,
            CompressionBenchmark.class,
            IngestBenchmark.class,
            PipelineBenchmark.class,
            TrainingBenchmark.class,
            AdapterBenchmark.class,
            GpuBenchmark.class,
        })
final class BenchCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "the name of a benchmark is required");
    }
}
