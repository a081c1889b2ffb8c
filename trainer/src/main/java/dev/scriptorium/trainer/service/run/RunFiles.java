package dev.scriptorium.trainer.service.run;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.scriptorium.trainer.service.labels.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The run that is under way, of which there is at most one, on disk: {@code run/plan.json}, {@code run/training/},
 * {@code run/outcome.json}; and under {@code runs/} what people may want to know of the former ones.
 */
public final class RunFiles {
    private static final TypeReference<RunPlan> PLAN = new TypeReference<>() {};
    private static final TypeReference<Outcome> OUTCOME = new TypeReference<>() {};
    private static final String PLAN_FILE = "plan.json";
    private static final String OUTCOME_FILE = "outcome.json";
    private static final Set<String> KEPT = Set.of("metrics.json", "steps.tsv", "loss.png");

    private final Path dir;
    private final Path run;

    /** Files below a folder of the trainer's. */
    public RunFiles(Path dir) {
        this.dir = dir;
        run = dir.resolve("run");
    }

    /** The run under way. */
    public Optional<RunPlan> plan() throws IOException {
        return read(PLAN_FILE, PLAN);
    }

    /** What it came to, if it got so far. */
    public Optional<Outcome> outcome() throws IOException {
        return read(OUTCOME_FILE, OUTCOME);
    }

    private <T> Optional<T> read(String name, TypeReference<T> type) throws IOException {
        Path file = run.resolve(name);
        return Files.exists(file) ? Optional.of(DurableFiles.readJson(file, type)) : Optional.empty();
    }

    /** Begins a run: from here on it is finished or abandoned, whatever happens to this process. */
    public void begin(RunPlan plan) throws IOException {
        abandon();
        DurableFiles.writeJson(run.resolve(PLAN_FILE), plan);
    }

    /** Notes what the run came to. */
    public void decide(Outcome outcome) throws IOException {
        DurableFiles.writeJson(run.resolve(OUTCOME_FILE), outcome);
    }

    /** Takes back what was noted, so that it is decided anew. */
    public void undecide() throws IOException {
        Files.deleteIfExists(run.resolve(OUTCOME_FILE));
    }

    /** Where training keeps its files. */
    public Path training() {
        return run.resolve("training");
    }

    /** Where training leaves the adapter's files, and nothing else. */
    public Path adapter() {
        return training().resolve("adapter");
    }

    /** Drops the run as if it had never begun. */
    public void abandon() throws IOException {
        // Without its plan the rest means nothing.
        Files.deleteIfExists(run.resolve(PLAN_FILE));
        DurableFiles.removeFolder(run);
    }

    /** Puts the finished run aside, without texts; its adapter lies in the blob store by now. */
    public void archive(RunPlan plan) throws IOException {
        Path done = Files.createDirectories(dir.resolve("runs").resolve(plan.id()));
        for (Path file : kept()) {
            Files.copy(file, done.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        DurableFiles.writeJson(done.resolve(PLAN_FILE), plan.withoutTexts());
        abandon();
    }

    private List<Path> kept() throws IOException {
        if (!Files.isDirectory(training())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(training())) {
            return Stream.concat(
                            Stream.of(run.resolve(OUTCOME_FILE)),
                            files.filter(
                                    file -> KEPT.contains(file.getFileName().toString())))
                    .filter(Files::exists)
                    .toList();
        }
    }
}
