package dev.scriptorium.trainer.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.model.lora.AdapterTraining;
import dev.scriptorium.model.lora.LoraAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The files of a run: {@code adapter/} as PEFT writes it, {@code steps.tsv}, {@code metrics.json}, {@code
 * loss.png}, and the state that a resumed run goes on from. The state is named by {@code run.json}, which is moved
 * into place last: a crash leaves the old one or the new one.
 */
final class RunFolder {
    private static final String RUN = "run.json";
    private static final String STEPS = "steps.tsv";
    private static final String METRICS = "metrics.json";
    private static final String CURVE = "loss.png";
    private static final String ADAPTER = "adapter";
    private static final int AVERAGED = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path dir;
    private final ObjectNode run;

    private RunFolder(Path dir, ObjectNode run) {
        this.dir = dir;
        this.run = run;
    }

    /**
     * Opens a folder for a run, or for the rest of one.
     *
     * @throws IllegalArgumentException if the run in it was another one; the message says what differs
     */
    static RunFolder open(Path dir, FinetuneSettings settings, long seed, int samples) throws IOException {
        Files.createDirectories(dir);
        ObjectNode run = JSON.createObjectNode().put("seed", seed).put("samples", samples);
        run.set("settings", settings.toJson());
        Path file = dir.resolve(RUN);
        if (Files.exists(file)) {
            ObjectNode before = (ObjectNode) JSON.readTree(Files.readString(file));
            List<String> problems = new ArrayList<>();
            // through text, so that 1 and 1.0 are what the file makes of them
            JsonNode wanted = JSON.readTree(JSON.writeValueAsString(run));
            differences("", before, wanted, problems);
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(
                        file + ": the run to resume was another one: " + String.join("; ", problems));
            }
            run.set("state", before.path("state"));
            run.set("step", before.path("step"));
        }
        return new RunFolder(dir, run);
    }

    private static void differences(String place, JsonNode before, JsonNode wanted, List<String> problems) {
        wanted.properties().forEach(entry -> {
            JsonNode old = before.path(entry.getKey());
            if (entry.getValue().isObject()) {
                differences(place + entry.getKey() + ".", old, entry.getValue(), problems);
            } else if (!old.equals(entry.getValue())) {
                problems.add(place + entry.getKey() + " " + old + " expected, " + entry.getValue() + " found");
            }
        });
    }

    /** Takes up where the last save left off, if there was one. */
    void restore(AdapterTraining training) throws IOException {
        long step = run.path("step").asLong(0);
        if (run.path("state").isTextual()) {
            training.restore(dir.resolve(run.get("state").asText()), step);
        }
        forgetRowsAfter(step);
    }

    /** A killed run leaves rows of steps that will be done again. */
    private void forgetRowsAfter(long step) throws IOException {
        Path file = dir.resolve(STEPS);
        if (Files.exists(file)) {
            List<String> rows = Files.readAllLines(file);
            List<String> kept = new ArrayList<>(rows.subList(0, 1));
            rows.stream()
                    .skip(1)
                    .filter(row -> Long.parseLong(row.substring(0, row.indexOf('\t'))) <= step)
                    .forEach(kept::add);
            Files.write(file, kept);
        } else {
            Files.writeString(file, FinetuneMetrics.HEADER + "\n");
        }
    }

    void record(FinetuneMetrics metrics) throws IOException {
        Files.writeString(dir.resolve(STEPS), metrics.row() + "\n", StandardOpenOption.APPEND);
    }

    /** Writes everything that the next step depends on. */
    void save(AdapterTraining training) throws IOException {
        String state = "state-" + training.steps() + ".safetensors";
        training.save(dir.resolve(state), Map.of());
        String before = run.path("state").asText("");
        run.put("state", state).put("step", training.steps());
        Path part = dir.resolve(RUN + ".part");
        Files.writeString(part, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(run) + "\n");
        Files.move(part, dir.resolve(RUN), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (!before.isEmpty() && !before.equals(state)) {
            Files.deleteIfExists(dir.resolve(before));
        }
    }

    /** Writes the adapter and what the run came to. */
    FinetuneResult finish(AdapterTraining training, long steps) throws IOException {
        Path adapter = dir.resolve(ADAPTER);
        training.export(adapter, Map.of("trained_by", "scriptorium finetune", "step", Long.toString(training.steps())));
        List<String[]> rows = Files.readAllLines(dir.resolve(STEPS)).stream()
                .skip(1)
                .map(row -> row.split("\t", -1))
                .toList();
        double seconds =
                rows.stream().mapToDouble(row -> Double.parseDouble(row[6])).sum();
        double seen = rows.isEmpty() ? 0 : Double.parseDouble(rows.get(rows.size() - 1)[1]);
        FinetuneResult result = new FinetuneResult(
                adapter,
                LoraAdapter.read(adapter, training.base()).id(),
                run.get("samples").asInt(),
                training.steps(),
                steps,
                seconds,
                seconds > 0 ? seen / seconds : 0,
                PeakMemory.bytes(),
                training.parameters(),
                meanLoss(rows.subList(0, Math.min(AVERAGED, rows.size()))),
                meanLoss(rows.subList(Math.max(0, rows.size() - AVERAGED), rows.size())));
        ObjectNode metrics = JSON.valueToTree(result);
        metrics.put("adapter", adapter.toString());
        metrics.set("settings", run.get("settings"));
        Files.writeString(
                dir.resolve(METRICS), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(metrics) + "\n");
        if (!rows.isEmpty()) {
            LossCurve.write(rows, dir.resolve(CURVE));
        }
        return result;
    }

    private static double meanLoss(List<String[]> rows) {
        return rows.stream()
                .mapToDouble(row -> Double.parseDouble(row[2]))
                .average()
                .orElse(0);
    }
}
