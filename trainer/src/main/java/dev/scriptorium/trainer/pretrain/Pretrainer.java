package dev.scriptorium.trainer.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a line model, from nothing or from where another run ended, on lines it draws itself. One thread computes; others draw ahead.
 * A run that is stopped, however hard, goes on from its last checkpoint with the same lines it would
 * have seen.
 */
public final class Pretrainer {
    private static final Logger LOG = LoggerFactory.getLogger(Pretrainer.class);
    private static final String STATE = "training-state.safetensors";
    private static final String PROGRESS = "training-state.json";
    private static final String METRICS = "metrics.tsv";
    private static final String READINGS = "held-out.tsv";
    private static final String CURVE = "learning-curve.png";
    private static final String WEIGHTS = "model.safetensors";

    private final PretrainConfig config;
    private final LineDrawer drawer;
    private final Consumer<StepMetrics> listener;

    /**
     * @param drawer where lines come from
     * @param listener told of every step, on the calling thread of {@link #run}
     */
    public Pretrainer(PretrainConfig config, LineDrawer drawer, Consumer<StepMetrics> listener) {
        this.config = config;
        this.drawer = drawer;
        this.listener = listener;
    }

    /**
     * Runs or resumes, until the last step or until asked to stop; saves before it returns.
     *
     * @param stop asked after every step
     * @return the last step done
     */
    public long run(BooleanSupplier stop) throws IOException {
        DjlDefaults.apply();
        Compute compute = Compute.of(DType.BF16.name(), config.device());
        NanoFiles.write(config.out());
        ModelConfig model = ModelConfig.read(config.out());
        Curriculum curriculum =
                new Curriculum(config.steps(), config.peakRate(), config.from().isPresent());
        long step = savedStep();
        forgetRowsAfter(METRICS, step);
        forgetRowsAfter(READINGS, step);
        try (NDManager manager = NDManager.newBaseManager(compute.device());
                TrainingState state = open(manager, model, compute, step);
                LineStream lines = new LineStream(
                        drawer, model, config.batch(), config.seed(), curriculum, step, config.drawingThreads())) {
            ScriptModule.recordGradients();
            HeldOutLines heldOut = new HeldOutLines(drawer, config.seed(), config.evaluationLines(), Subject.MIXED);
            LOG.info("pretrain parameters={} step={} of={}", state.parameters(), step, config.steps());
            long last = Math.min(config.stopAt(), config.steps());
            while (step < last && !stop.getAsBoolean()) {
                StepMetrics metrics = step(state, lines.next(), curriculum, step);
                step++;
                record(metrics);
                listener.accept(metrics);
                if (step % config.saveEvery() == 0) {
                    save(state, step);
                }
                if (step % config.evaluateEvery() == 0) {
                    save(state, step);
                    evaluate(heldOut, step);
                }
            }
            save(state, step);
            if (!stop.getAsBoolean()) {
                evaluate(heldOut, step);
            }
            return step;
        }
    }

    private TrainingState open(NDManager manager, ModelConfig model, Compute compute, long step) throws IOException {
        if (step > 0) {
            return TrainingState.read(manager, model, compute, config.out().resolve(STATE));
        }
        return config.from().isPresent()
                ? TrainingState.from(manager, model, compute, config.from().get(), config.seed())
                : TrainingState.fresh(manager, model, compute, config.seed());
    }

    private StepMetrics step(TrainingState state, LineBatch batch, Curriculum curriculum, long step) {
        long start = System.nanoTime();
        SplittableRandom random = new SplittableRandom(LineStream.mix(~config.seed(), step));
        double rate = curriculum.rate(step);
        try (NDManager temporary = state.module().manager().newSubManager()) {
            NDArray parts = state.module()
                    .train(
                            "train_step",
                            batch.pixels(temporary),
                            batch.inputs(temporary, random, PretrainConfig.NOISE),
                            batch.targets(temporary),
                            batch.near(temporary),
                            batch.readerTargets(temporary),
                            batch.columnFrames(),
                            batch.tokenFrames(),
                            batch.lengths(),
                            PretrainConfig.CTC_WEIGHT,
                            curriculum.guide(step),
                            PretrainConfig.BALANCE_WEIGHT,
                            PretrainConfig.CLIP_NORM,
                            rate,
                            PretrainConfig.DECAY,
                            step + 1)
                    .tensor(temporary);
            float[] p = parts.toFloatArray();
            if (Float.isNaN(p[0])) {
                throw new IllegalStateException("step " + step + ": a finite loss expected, NaN found");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            long lines = (step + 1) * config.batch();
            return new StepMetrics(step + 1, lines, p[0], p[1], p[2], p[3], p[4], p[5], p[6], rate, seconds);
        }
    }

    private void record(StepMetrics metrics) throws IOException {
        append(METRICS, StepMetrics.HEADER, metrics.row());
    }

    /** Reads the held-out lines with what was just saved, and draws the curve again. */
    private void evaluate(HeldOutLines heldOut, long step) throws IOException {
        CharacterErrorRate.Scores scores = heldOut.read(config.out());
        append(
                READINGS,
                "step\tcer\texact",
                String.format(Locale.ROOT, "%d\t%.5f\t%.4f", step, scores.cer(), scores.exact()));
        LearningCurve.write(
                config.out().resolve(METRICS),
                config.out().resolve(READINGS),
                config.out().resolve(CURVE));
        LOG.info("pretrain held-out step={} cer={} exact={}", step, scores.cer(), scores.exact());
    }

    /** A killed run leaves rows of steps that will be done again. */
    private void forgetRowsAfter(String name, long step) throws IOException {
        Path file = config.out().resolve(name);
        if (Files.exists(file)) {
            List<String> rows = Files.readAllLines(file);
            List<String> kept = new java.util.ArrayList<>(rows.subList(0, 1));
            rows.stream()
                    .skip(1)
                    .filter(row -> Long.parseLong(row.substring(0, row.indexOf('\t'))) <= step)
                    .forEach(kept::add);
            Files.write(file, kept);
        }
    }

    private void append(String name, String header, String row) throws IOException {
        Path file = config.out().resolve(name);
        if (!Files.exists(file)) {
            Files.writeString(file, header + "\n");
        }
        Files.writeString(file, row + "\n", StandardOpenOption.APPEND);
    }

    private void save(TrainingState state, long step) throws IOException {
        Map<String, String> metadata = Map.of(
                "step", Long.toString(step),
                "steps", Long.toString(config.steps()),
                "seed", Long.toString(config.seed()),
                "batch", Integer.toString(config.batch()),
                "peak_rate", Double.toString(config.peakRate()),
                "trained_by", "scriptorium pretrain");
        state.save(config.out().resolve(STATE), metadata);
        state.export(config.out().resolve(WEIGHTS), metadata);
        ObjectNode progress = new ObjectMapper()
                .createObjectNode()
                .put("step", step)
                .put("steps", config.steps())
                .put("seed", config.seed())
                .put("batch", config.batch());
        Path part = config.out().resolve(PROGRESS + ".part");
        Files.writeString(part, progress.toPrettyString() + "\n");
        Files.move(
                part,
                config.out().resolve(PROGRESS),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        LOG.info("pretrain saved step={} out={}", step, config.out());
    }

    private long savedStep() throws IOException {
        Path file = config.out().resolve(PROGRESS);
        if (!Files.exists(file)) {
            return 0;
        }
        List<String> problems = new java.util.ArrayList<>();
        ObjectNode progress = (ObjectNode) new ObjectMapper().readTree(Files.readString(file));
        if (progress.path("seed").asLong() != config.seed()) {
            problems.add("seed " + progress.path("seed") + " expected, " + config.seed() + " found");
        }
        if (progress.path("batch").asInt() != config.batch()) {
            problems.add("batch " + progress.path("batch") + " expected, " + config.batch() + " found");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": the run to resume was another one: " + String.join("; ", problems));
        }
        return progress.path("step").asLong();
    }
}
