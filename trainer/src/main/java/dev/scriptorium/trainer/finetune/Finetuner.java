package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.AdapterTraining;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.lora.TrainingBatch;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.trainer.draw.LineDrawer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains an adapter on labeled images and writes it to a folder, with metrics and a picture of the loss. One
 * thread computes, another prepares the next step's pictures. A run that is stopped, however hard, goes on from its last
 * save and ends with the adapter it would have ended with.
 */
public final class Finetuner {
    private static final Logger LOG = LoggerFactory.getLogger(Finetuner.class);

    private final FinetuneSettings settings;
    private final Path model;
    private final Compute compute;
    private final Path out;
    private final long seed;
    private final int saveEvery;
    private final Optional<LineDrawer> drawer;
    private final Consumer<FinetuneMetrics> listener;
    private final Optional<Path> parent;

    /**
     * A run, which {@link #run} begins or resumes.
     *
     * @param model folder of the base
     * @param compute what it computes in, and where
     * @param out folder for the adapter and the run's own files
     * @param seed of the new adapter and the order of samples
     * @param saveEvery steps
     * @param drawer draws lines for replay; none replays nothing
     * @param listener told of every step, on the calling thread of {@link #run}
     */
    public Finetuner(
            FinetuneSettings settings,
            Path model,
            Compute compute,
            Path out,
            long seed,
            int saveEvery,
            Optional<LineDrawer> drawer,
            Consumer<FinetuneMetrics> listener) {
        this(settings, model, compute, out, seed, saveEvery, drawer, listener, Optional.empty());
    }

    private Finetuner(
            FinetuneSettings settings,
            Path model,
            Compute compute,
            Path out,
            long seed,
            int saveEvery,
            Optional<LineDrawer> drawer,
            Consumer<FinetuneMetrics> listener,
            Optional<Path> parent) {
        this.settings = settings;
        this.model = model;
        this.compute = compute;
        this.out = out;
        this.seed = seed;
        this.saveEvery = saveEvery;
        this.drawer = drawer;
        this.listener = listener;
        this.parent = parent;
    }

    /** The same run, but it begins with the numbers of this adapter, whose rank and targets hold, and not with new ones. */
    public Finetuner startingFrom(Path adapter) {
        return new Finetuner(settings, model, compute, out, seed, saveEvery, drawer, listener, Optional.of(adapter));
    }

    /** Steps of a run over so many samples. */
    public static long steps(FinetuneSettings settings, int samples) {
        return settings.steps(samples);
    }

    /**
     * Runs or resumes, until the last step or until asked to stop; writes adapter and state before it returns.
     *
     * @param stop asked after every step
     * @return what the run came to
     * @throws IllegalArgumentException if the folder holds a run with other settings, or they do not fit the base
     */
    public FinetuneResult run(List<Sample> samples, BooleanSupplier stop) throws IOException {
        DjlDefaults.apply();
        RunFolder folder = RunFolder.open(out, settings, seed, samples.size());
        try (Checkpoint base = Checkpoint.open(model);
                Tokenizer tokenizer = Tokenizer.load(model.resolve("tokenizer.json"));
                AdapterTraining training = begin(base)) {
            folder.restore(training);
            StepBatches batches = batches(base.config(), tokenizer, new SampleImages(samples), training.hasReaders());
            long steps = steps(settings, samples.size());
            LOG.info(
                    "finetune samples={} steps={} from={} parameters={}",
                    samples.size(),
                    steps,
                    training.steps(),
                    training.parameters());
            learn(training, batches, folder, samples.size(), stop);
            folder.save(training);
            return folder.finish(training, steps);
        }
    }

    private void learn(
            AdapterTraining training, StepBatches batches, RunFolder folder, int samples, BooleanSupplier stop)
            throws IOException {
        long steps = steps(settings, samples);
        try (BatchesAhead ahead = new BatchesAhead(batches, training.steps(), steps)) {
            while (training.steps() < steps && !stop.getAsBoolean()) {
                long start = System.nanoTime();
                FinetuneMetrics metrics = step(training, ahead.take(), steps, samples, start);
                folder.record(metrics);
                listener.accept(metrics);
                if (training.steps() % saveEvery == 0) {
                    folder.save(training);
                }
            }
        }
    }

    private AdapterTraining begin(Checkpoint base) throws IOException {
        if (parent.isPresent()) {
            LoraAdapter adapter = LoraAdapter.read(parent.get(), base.config());
            return AdapterTraining.from(base, compute, adapter, settings.adamW());
        }
        return AdapterTraining.begin(base, compute, settings.lora(baseName()), settings.adamW(), seed);
    }

    private String baseName() {
        return String.valueOf(model.toAbsolutePath().getFileName());
    }

    private StepBatches batches(ModelConfig config, Tokenizer tokenizer, SampleImages images, boolean readers) {
        if (config.unit() == ModelConfig.Unit.PAGE) {
            return new PageBatches(settings, config, tokenizer, images, seed);
        }
        boolean heard = readers && settings.readersWeight() > 0;
        return new LineBatches(settings, config, tokenizer, images, drawer, heard, seed);
    }

    private FinetuneMetrics step(
            AdapterTraining training, List<TrainingBatch> batches, long steps, int samples, long start) {
        int labels = batches.stream().mapToInt(TrainingBatch::taught).sum();
        int pictures = batches.stream().mapToInt(TrainingBatch::size).sum();
        double loss = 0;
        double readersLoss = 0;
        for (TrainingBatch batch : batches) {
            double share = (double) batch.size() / pictures;
            AdapterTraining.Learned learned =
                    training.learn(batch, labels, settings.balanceWeight() * share, settings.readersWeight(), share);
            loss += learned.loss() / labels;
            readersLoss += learned.readersLoss() * share;
        }
        double rate = settings.rate(training.steps(), steps);
        double norm = training.step(rate);
        EpochOrder order = new EpochOrder(samples, settings.stepSize(), seed);
        long epochs = training.steps() / order.stepsPerEpoch();
        long seen = epochs * samples + training.steps() % order.stepsPerEpoch() * settings.stepSize();
        return new FinetuneMetrics(
                training.steps(), seen, loss, readersLoss, norm, rate, (System.nanoTime() - start) / 1e9);
    }
}
