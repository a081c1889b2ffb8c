package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.bench.Measurement;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

import static org.assertj.core.api.Assertions.assertThat;

class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Command(name = "known")
    static final class Known extends Benchmark {
        @Override
        int steps() {
            return 1;
        }

        @Override
        List<Measurement> measure(Runnable step) {
            step.run();
            return List.of(
                    new Measurement("pages", 2, "pages/s", List.of(1.0, 2.0, 3.5)),
                    new Measurement("memory", 5_000_000, "bytes", List.of(5e6)));
        }
    }

    @Test
    void printsMediansWithTheirRange() {
        assertThat(execute("bench", "known")).isZero();
        assertThat(out.toString())
                .containsPattern(
                        "\\d+ cores, [\\d.]+ GB, .*Java \\d+.*, libtorch [\\d.]+.*, commit \\S+, load -?[\\d.]+")
                .containsPattern("pages +2\\.00 pages/s  \\(median of 3, 1\\.00 to 3\\.50\\)\n")
                .containsPattern("memory +5,000,000 bytes\n");
    }

    @Test
    void printsOneJsonObjectForMachines() throws IOException {
        assertThat(execute("bench", "known", "--json")).isZero();
        JsonNode result = new ObjectMapper().readTree(out.toString());
        assertThat(result.at("/machine/cores").asInt()).isPositive();
        assertThat(result.get("results")).hasSize(2);
        assertThat(result.at("/results/0").toString())
                .isEqualTo("{\"name\":\"pages\",\"value\":2.0,\"unit\":\"pages/s\",\"samples\":[1.0,2.0,3.5]}");
    }

    @Test
    void exitsWithTwoOnBadUsage() {
        assertThat(execute("bench")).isEqualTo(2);
        assertThat(err.toString())
                .contains("the name of a benchmark is required")
                .contains("decoder")
                .contains("compression");
        assertThat(execute("bench", "compression", "--modes", "tiny")).isEqualTo(2);
        assertThat(err.toString()).contains("compression: modes of [LINE] expected, [TINY] found");
        assertThat(execute("bench", "compression", "--modes", "tiniest")).isEqualTo(2);
        assertThat(err.toString()).contains("'tiniest' found");
        assertThat(execute("bench", "decoder")).isEqualTo(2);
        assertThat(err.toString()).contains("--random-weights");
        assertThat(execute("bench", "decoder", "--random-weights", "--layers", "13"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("layers: at most 12 expected, 13 found");
        assertThat(execute("bench", "decoder", "--random-weights", "--batch", "1,0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("batch: at least 1 expected, 0 found");
        assertThat(execute("bench", "decoder", "--random-weights", "--threads", "0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("threads: at least 1 expected, 0 found");
        assertThat(execute("bench", "vision", "--sides", "512,500")).isEqualTo(2);
        assertThat(err.toString()).contains("side: a multiple of 64 pixels expected, 500 found");
        assertThat(execute("bench", "gpu", "--modes", "base,line")).isEqualTo(2);
        assertThat(err.toString()).contains("modes: such with a size of their own expected, line found");
        assertThat(execute("bench", "gpu", "--sequences", "1,0")).isEqualTo(2);
        assertThat(err.toString()).contains("all numbers at least 1");
        assertThat(execute("bench", "gpu", "--device", "gpux")).isEqualTo(2);
        assertThat(err.toString()).contains("device: one of cpu, gpu, gpu:N, auto expected, 'gpux' found");
        assertThat(execute("bench", "load")).isEqualTo(2);
        assertThat(err.toString()).contains("--model");
        assertThat(execute("bench", "ingest", "--pages", "3")).isEqualTo(2);
        assertThat(err.toString()).contains("--pages: at least 32 expected, 3 found");
        assertThat(execute("bench", "lines", "--rounds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("at least 1 of each expected");
        assertThat(execute("bench", "decoder", "--random-weights", "--llama-bench", "here"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--llama-bench and --llama-model: both or neither expected");
        assertThat(execute("bench", "pipeline", "--load", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("load: between 0 and 1 expected, 1.0 found");
        assertThat(execute("bench", "all", "--only", "lines,words")).isEqualTo(2);
        assertThat(err.toString())
                .contains("some of lines, decoder, vision, pipeline, ingest, gpu expected, words found");
    }

    private int execute(String... args) {
        CommandLine commandLine = Scriptorium.commandLine();
        commandLine.getSubcommands().get("bench").addSubcommand(new Known());
        return commandLine
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
