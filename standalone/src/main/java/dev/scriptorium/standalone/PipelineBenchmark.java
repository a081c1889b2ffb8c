package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.worker.WorkerConfig;
import dev.scriptorium.worker.bench.PipelineBench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the way of a page through Kafka, on a broker of its own in the same process. */
@Command(
        name = "pipeline",
        mixinStandardHelpOptions = true,
        description = "From page to recognition through Kafka, with a recognizer of fixed cost:"
                + " throughput, added latency, several workers.")
final class PipelineBenchmark extends Benchmark {

    @Option(
            names = "--cost",
            paramLabel = "MS",
            defaultValue = "10",
            description = "Milliseconds that the recognizer takes for a page; default ${DEFAULT-VALUE}.")
    private int costMillis;

    @Option(
            names = "--pages",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Pages of one trial and worker; default ${DEFAULT-VALUE}.")
    private int pages;

    @Option(
            names = "--page-bytes",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Bytes of one page; default ${DEFAULT-VALUE}.")
    private int pageBytes;

    @Option(
            names = "--load",
            paramLabel = "SHARE",
            defaultValue = "0.8",
            description = "Share of what the recognizer can do, for latency; default ${DEFAULT-VALUE}.")
    private double load;

    @Option(
            names = "--workers",
            paramLabel = "N",
            split = ",",
            defaultValue = "2,4",
            description = "Trials with several workers; default ${DEFAULT-VALUE}.")
    private List<Integer> workers;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds whose median counts; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = {"-S", "--set"},
            paramLabel = "KEY=VALUE",
            description = "A setting of the workers, as in their file: worker.commit-interval=50ms.")
    private final Map<String, String> settings = new LinkedHashMap<>();

    @Spec
    private CommandSpec spec;

    @Override
    int steps() {
        return bench(Map.of()).steps();
    }

    @Override
    List<Measurement> measure(Runnable step) {
        try (EmbeddedKafka kafka = EmbeddedKafka.temporary(Map.of());
                TemporaryFolder blobs = TemporaryFolder.create("scriptorium-bench")) {
            return bench(Map.of(
                            "kafka.bootstrap.servers", kafka.bootstrap(),
                            "kafka.schema.registry.url", "mock://bench",
                            "blobs.uri", blobs.path().toUri().toString()))
                    .run(step);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("bench pipeline: interrupted", e);
        }
    }

    private PipelineBench bench(Map<String, String> cluster) {
        try {
            PipelineBench.Plan plan =
                    new PipelineBench.Plan(Duration.ofMillis(costMillis), pages, pageBytes, load, workers, rounds);
            return new PipelineBench(plan, own -> {
                Map<String, String> all = new HashMap<>(settings);
                all.putAll(own);
                return DemoCommand.bind(WorkerConfig.class, cluster, all);
            });
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
