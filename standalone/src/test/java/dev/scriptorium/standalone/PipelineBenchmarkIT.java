package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

class PipelineBenchmarkIT {

    @Test
    void drivesPagesThroughABrokerAndBack() throws Exception {
        StringWriter out = new StringWriter();
        CommandLine command = new CommandLine(new BenchCommand()).setOut(new PrintWriter(out));

        int status = command.execute(
                "pipeline",
                "--cost",
                "2",
                "--pages",
                "100",
                "--page-bytes",
                "1000",
                "--workers",
                "2",
                "--rounds",
                "1",
                "--json");

        assertThat(status).isZero();
        JsonNode results = new ObjectMapper().readTree(out.toString()).get("results");
        assertThat(results)
                .extracting(result -> result.get("name").asText())
                .contains("recognizer alone", "one worker", "added latency at 80 % load, 99 of 100 below", "2 workers");
        assertThat(results).allSatisfy(result -> assertThat(result.get("value").asDouble())
                .as(result.toString())
                .isPositive());
        double alone = results.get(0).get("value").asDouble();
        assertThat(results.get(1).get("value").asDouble()).isLessThanOrEqualTo(alone * 1.01);
    }
}
