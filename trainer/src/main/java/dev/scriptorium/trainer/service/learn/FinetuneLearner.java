package dev.scriptorium.trainer.service.learn;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.eval.LabeledImages;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.UnreadableImageException;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.trainer.draw.DrawnLine;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.finetune.FinetuneResult;
import dev.scriptorium.trainer.finetune.FinetuneSettings;
import dev.scriptorium.trainer.finetune.Finetuner;
import dev.scriptorium.trainer.finetune.Sample;
import dev.scriptorium.trainer.service.Learner;
import dev.scriptorium.trainer.service.TrainerConfig;
import dev.scriptorium.trainer.service.gate.GatePage;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.labels.DurableFiles;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.LabelStore;
import dev.scriptorium.trainer.service.run.RunPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Learns with a checkpoint: {@link Finetuner} trains, the engine reads. */
public final class FinetuneLearner implements Learner {
    private static final Logger LOG = LoggerFactory.getLogger(FinetuneLearner.class);
    private static final int SHORTEST_DRAWN = 8;
    private static final int LONGEST_DRAWN = 60;

    private final Path model;
    private final ModelConfig config;
    private final TrainerConfig.Model engine;
    private final TrainerConfig.Trainer trainer;
    private final FinetuneSettings settings;
    private final Optional<LineDrawer> drawer;
    private final TrainingProgress progress;
    private final LineCutter cutter = new LineCutter();
    private String digest;

    private FinetuneLearner(
            Path model,
            ModelConfig config,
            TrainerConfig.Model engine,
            TrainerConfig.Trainer trainer,
            FinetuneSettings settings,
            Optional<LineDrawer> drawer,
            TrainingProgress progress) {
        this.model = model;
        this.config = config;
        this.engine = engine;
        this.trainer = trainer;
        this.settings = settings;
        this.drawer = drawer;
        this.progress = progress;
    }

    /**
     * Prepares to learn; weights are read when a run needs them.
     *
     * @throws IllegalArgumentException if a setting of the training is unknown or wrong
     * @throws IOException if the model cannot be read
     */
    public static FinetuneLearner open(TrainerConfig.Model engine, TrainerConfig.Trainer trainer) throws IOException {
        return open(engine, trainer, TrainingProgress.NONE);
    }

    /** The same, and somebody is told how far it is. */
    public static FinetuneLearner open(
            TrainerConfig.Model engine, TrainerConfig.Trainer trainer, TrainingProgress progress) throws IOException {
        Path model = engine.dir().isPresent() ? engine.dir().get() : BundledModel.folder();
        ModelConfig config = ModelConfig.read(model);
        Map<String, String> overrides = new HashMap<>();
        // the environment has neither dots nor dashes, so that is what both mean
        trainer.finetune()
                .forEach((key, value) -> overrides.put(key.replace('.', '_').replace('-', '_'), value));
        return new FinetuneLearner(
                model,
                config,
                engine,
                trainer,
                FinetuneSettings.of(model, overrides),
                config.unit() == ModelConfig.Unit.LINE ? drawer() : Optional.empty(),
                progress);
    }

    private static Optional<LineDrawer> drawer() {
        try {
            return Optional.of(LineDrawer.standard());
        } catch (IllegalStateException e) {
            LOG.warn("event=nothing-drawn cause=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public synchronized String baseModelDigest() throws IOException {
        if (digest == null) {
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                digest = checkpoint.digest();
            }
        }
        return digest;
    }

    @Override
    public Training train(RunPlan plan, LabelStore images, Optional<Path> parent, Path dir, BooleanSupplier stop)
            throws IOException {
        List<Sample> samples = samples(plan, images, dir.resolveSibling("lines"));
        if (samples.isEmpty()) {
            return new NothingToLearn("at least one line expected whose text is known, none found on "
                    + plan.samples().size() + " pages");
        }
        long steps = Finetuner.steps(settings, samples.size());
        Finetuner fresh = new Finetuner(
                settings, model, engine.compute(), dir, plan.seed(), trainer.saveEvery(), drawer, step -> {
                    LOG.info("event=step run={} step={} loss={}", plan.id(), step.step(), step.loss());
                    progress.step(plan.domain(), step.step(), steps, step.loss());
                });
        FinetuneResult result = parent.map(fresh::startingFrom).orElse(fresh).run(samples, stop);
        if (result.step() < result.steps()) {
            return new Stopped();
        }
        return new Trained(result.adapterId(), samples.size());
    }

    private List<Sample> samples(RunPlan plan, LabelStore images, Path lines) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (Label label : plan.samples()) {
            if (config.unit() == ModelConfig.Unit.PAGE) {
                samples.add(new Sample(label.pageId(), () -> images.read(label), clean(label.text())));
            } else {
                samples.addAll(lines(label, images, lines));
            }
        }
        return samples;
    }

    /** A run that goes on cuts the same lines again. */
    private List<Sample> lines(Label label, LabelStore images, Path dir) throws IOException {
        List<Sample> samples = new ArrayList<>();
        String name = DurableFiles.sha256(label.pageId()).substring(0, 32);
        for (LineCutter.Line line : cut(label, images)) {
            Path file = dir.resolve(name + "-" + samples.size() + ".png");
            if (!Files.exists(file)) {
                DurableFiles.write(file, png(line.pixels()));
            }
            samples.add(new Sample(
                    label.pageId() + " line " + (samples.size() + 1),
                    () -> Files.readAllBytes(file),
                    clean(line.text())));
        }
        return samples;
    }

    private List<LineCutter.Line> cut(Label label, LabelStore images) throws IOException {
        try {
            GrayImage page = new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS)
                    .decode("page " + label.pageId(), ByteBuffer.wrap(images.read(label)))
                    .toGray();
            return cutter.cut(label, page);
        } catch (UnreadableImageException e) {
            LOG.warn("event=page-skipped cause=\"{}\"", e.getMessage());
            return List.of();
        }
    }

    private static String clean(String text) {
        return Normalizer.normalize(text.strip(), Normalizer.Form.NFC);
    }

    @Override
    public List<GatePage> regressionPages(long seed) throws IOException {
        List<GatePage> pages = new ArrayList<>();
        if (trainer.regressionDir().isPresent()) {
            Path folder = trainer.regressionDir().get();
            for (LabeledImages.Item item : LabeledImages.read(folder, LabeledImages.Layout.LABELS_TSV)) {
                pages.add(page(item.name(), () -> Files.readAllBytes(item.file()), item.text(), Mode.AUTO));
            }
        }
        if (drawer.isPresent()) {
            for (int i = 0; i < trainer.drawnPages(); i++) {
                DrawnLine line =
                        drawer.get().draw(new SplittableRandom(seed + i).split(), SHORTEST_DRAWN, LONGEST_DRAWN, true);
                byte[] image = png(line.pixels());
                pages.add(page("drawn line " + i, () -> image, line.text(), Mode.LINE));
            }
        }
        return pages;
    }

    private static GatePage page(String name, GatePage.Image image, String text, Mode mode) {
        return new GatePage(name, name, image, text, Prompt.FREE_OCR.label(), mode.label());
    }

    @Override
    public PageReader reader(BooleanSupplier stop) throws IOException {
        Compute compute = engine.compute();
        EngineOptions options =
                EngineOptions.suiting(config, compute, engine.slots(), engine.maxNewTokens(), engine.pageTimeout());
        return new EngineReader(OcrEngine.open(model, compute, options), stop);
    }

    private static byte[] png(GrayImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image.toBufferedImage(), "png", out);
        return out.toByteArray();
    }
}
