package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.Resampler;
import dev.scriptorium.model.image.TileGrid;
import dev.scriptorium.model.lora.TrainingBatch;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Batches of a page model in a mode of one view. Resizes by Lanczos, as the experiment's collator does. */
final class PageBatches implements StepBatches {
    private final FinetuneSettings settings;
    private final ModelConfig model;
    private final Tokenizer tokenizer;
    private final PromptEncoder prompts;
    private final SampleImages images;
    private final EpochOrder order;
    private final Mode mode;
    private final PageTiler tiler = new PageTiler(Resampler.LANCZOS, TileGrid.MAX_TILES);
    private final long seed;

    /**
     * Batches of a run.
     *
     * @throws IllegalArgumentException if the settings' mode cuts pages into tiles, or has no size of its own
     */
    PageBatches(FinetuneSettings settings, ModelConfig model, Tokenizer tokenizer, SampleImages images, long seed) {
        this.settings = settings;
        this.model = model;
        this.tokenizer = tokenizer;
        this.images = images;
        this.seed = seed;
        mode = Mode.of(settings.mode());
        if (mode.tiled() || mode.side().isEmpty()) {
            throw new IllegalArgumentException("finetune: a mode of one view expected, " + mode.label() + " found");
        }
        prompts = new PromptEncoder(tokenizer);
        order = new EpochOrder(images.samples().size(), settings.stepSize(), seed);
    }

    @Override
    public List<TrainingBatch> of(long step) throws IOException {
        List<Integer> samples = order.step(step);
        List<TrainingBatch> batches = new ArrayList<>();
        for (int from = 0; from < samples.size(); from += settings.batch()) {
            TrainingBatch batch = batch(samples.subList(from, Math.min(from + settings.batch(), samples.size())));
            StepBatches.noise(batch, settings.inputNoise(), StepBatches.random(seed, step, from));
            batches.add(batch);
        }
        return batches;
    }

    private TrainingBatch batch(List<Integer> samples) throws IOException {
        int side = mode.side().orElseThrow();
        FloatBuffer pixels = FloatBuffer.allocate(samples.size() * 3 * side * side);
        List<TrainingBatch.Example> examples = new ArrayList<>();
        for (int sample : samples) {
            PageViews views = tiler.views(images.rgb(sample), mode);
            ImageNormalizer.normalize(views.global(), pixels);
            PromptTokens prompt = prompts.encode(
                    settings.prompt(), views.visionTokens(model.sam().patch()));
            int[] answer = tokenizer.encode(images.samples().get(sample).text() + settings.answerEnd());
            examples.add(
                    TrainingBatch.Example.ending(prompt, answer, model.decoder().eos()));
        }
        return TrainingBatch.of(examples, pixels.array(), side, side, Optional.empty());
    }
}
