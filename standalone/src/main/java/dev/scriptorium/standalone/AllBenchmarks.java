package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.scriptorium.model.bench.Machine;
import dev.scriptorium.model.config.NvidiaSmi;
import dev.scriptorium.model.weights.ComputeDevice;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the benchmarks one after the other, each in a process of its own, so that none warms up for the next. */
@Command(
        name = "all",
        mixinStandardHelpOptions = true,
        description = "Each of these in turn: what this build does on this machine, and its peers where they are"
                + " installed.")
final class AllBenchmarks implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    /** As told to a process; one thread, because processor time is what is compared. */
    private static final Map<String, List<String>> COMMANDS = commands();

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Some of lines, decoder, vision, pipeline, ingest, gpu; all if not given, gpu only where there is one.")
    private List<String> only = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write the results there too, as JSON and as a table in Markdown, named after the date.")
    private Optional<Path> out = Optional.empty();

    @Mixin
    private Console console;

    private static Map<String, List<String>> commands() {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("lines", List.of("lines", "--threads", "1"));
        commands.put("decoder", List.of("decoder", "--random-weights", "--threads", "1", "--batch", "1,8"));
        commands.put("vision", List.of("vision", "--threads", "1"));
        commands.put("pipeline", List.of("pipeline"));
        commands.put("ingest", List.of("ingest"));
        commands.put("gpu", List.of("gpu", "--device", "gpu"));
        return commands;
    }

    /**
     * What one of them gave.
     *
     * @param command what was run
     * @param results as it tells machines; null if it failed
     * @param failure why there are none; empty if there are
     */
    record Outcome(String command, JsonNode results, String failure) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> names = console.option("--only", this::names);
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        for (String name : names) {
            String command = "bench " + String.join(" ", COMMANDS.get(name));
            console.say("── " + command);
            Outcome outcome = run(name, command);
            outcomes.put(name, outcome);
            if (outcome.failure().isEmpty()) {
                rows(outcome).forEach(row -> console.say(String.join("  ", row)));
            } else {
                console.say(outcome.failure());
            }
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        report.put("machine", Machine.current());
        report.put("benchmarks", outcomes);
        if (out.isPresent()) {
            write(out.get(), report, outcomes);
        }
        console.result(report);
        return outcomes.values().stream().allMatch(outcome -> outcome.failure().isEmpty()) ? 0 : 1;
    }

    private List<String> names() {
        for (String name : only) {
            if (!COMMANDS.containsKey(name)) {
                throw new IllegalArgumentException(
                        "some of " + String.join(", ", COMMANDS.keySet()) + " expected, " + name + " found");
            }
        }
        return only.isEmpty()
                ? COMMANDS.keySet().stream()
                        .filter(name -> !name.equals("gpu") || hasGpu())
                        .toList()
                : only;
    }

    /** Where there is none, libtorch need not be loaded to say so. */
    private static boolean hasGpu() {
        return NvidiaSmi.name(0).isPresent() && ComputeDevice.hasGpu();
    }

    private static Outcome run(String name, String command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Scriptorium.class.getName(), "bench"));
        line.addAll(COMMANDS.get(name));
        line.add("--json");
        Process process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String last = "";
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String next = reader.readLine(); next != null; next = reader.readLine()) {
                last = next;
            }
        }
        int status = process.waitFor();
        return status == 0
                ? new Outcome(command, JSON.readTree(last), "")
                : new Outcome(command, null, "exit status 0 expected, " + status + " found");
    }

    /** Name, value and unit of each result. */
    private static List<List<String>> rows(Outcome outcome) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode result : outcome.results().path("results")) {
            double value = result.path("value").asDouble();
            rows.add(List.of(
                    result.path("name").asText(),
                    String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%.2f", value),
                    result.path("unit").asText()));
        }
        return rows;
    }

    private void write(Path dir, Map<String, Object> report, Map<String, Outcome> outcomes) throws IOException {
        Files.createDirectories(dir);
        String name = report.get("date") + "-"
                + ((Machine) report.get("machine"))
                        .processor()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "-");
        Path json = dir.resolve(name + ".json");
        JSON.writeValue(json.toFile(), report);
        Path markdown = dir.resolve(name + ".md");
        Files.writeString(markdown, markdown(report, outcomes));
        console.say("written: " + json + ", " + markdown);
    }

    private static String markdown(Map<String, Object> report, Map<String, Outcome> outcomes) {
        StringBuilder text = new StringBuilder("# Benchmarks, " + report.get("date") + "\n\n");
        text.append("    ./scriptorium bench all\n");
        outcomes.values().forEach(outcome -> {
            text.append("\n## ").append(outcome.command()).append("\n\n");
            if (!outcome.failure().isEmpty()) {
                text.append(outcome.failure()).append('\n');
                return;
            }
            JsonNode machine = outcome.results().path("machine");
            List<String> facts = new ArrayList<>();
            machine.properties()
                    .forEach(field ->
                            facts.add(field.getKey() + " " + field.getValue().asText()));
            text.append(String.join(", ", facts)).append("\n\n| | | |\n| --- | ---: | --- |\n");
            rows(outcome)
                    .forEach(row ->
                            text.append("| ").append(String.join(" | ", row)).append(" |\n"));
        });
        return text.toString();
    }
}
