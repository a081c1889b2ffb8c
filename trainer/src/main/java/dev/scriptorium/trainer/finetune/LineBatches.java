package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.lora.TrainingBatch;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.TensorShapes;
import dev.scriptorium.trainer.draw.DrawnLine;
import dev.scriptorium.trainer.draw.LineDrawer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Batches of a line model: samples as they are or distorted, and drawn lines among them, so that what the
 * base can do is not forgotten. Lines of like width share a batch, because the widest decides its cost.
 */
final class LineBatches implements StepBatches {
    private static final int SHORTEST_DRAWN = 8;
    private static final int LONGEST_DRAWN = 90;

    /** A batch's widest line is at most so much wider than its narrowest. Full batches of one size are worth some padding. */
    private static final double WIDTH_SPREAD = 3;

    /** Sequences are padded to a multiple of this: oneDNN makes programs for every length that it has not met. */
    private static final int WHOLE_POSITIONS = 32;

    private final FinetuneSettings settings;
    private final ModelConfig model;
    private final Tokenizer tokenizer;
    private final PromptEncoder prompts;
    private final SampleImages images;
    private final Optional<LineDrawer> drawer;
    private final boolean readers;
    private final EpochOrder order;
    private final long seed;

    @SuppressWarnings("ArrayRecordComponent") // made, copied into a batch, dropped
    private record Item(LineCanvas canvas, int[] answer) {}

    /**
     * Batches of a run.
     *
     * @param drawer where lines for replay come from; none replays nothing
     * @param readers whether the base has readers that should learn along
     */
    LineBatches(
            FinetuneSettings settings,
            ModelConfig model,
            Tokenizer tokenizer,
            SampleImages images,
            Optional<LineDrawer> drawer,
            boolean readers,
            long seed) {
        this.settings = settings;
        this.model = model;
        this.tokenizer = tokenizer;
        this.images = images;
        this.drawer = drawer;
        this.readers = readers;
        this.seed = seed;
        prompts = new PromptEncoder(tokenizer);
        order = new EpochOrder(images.samples().size(), settings.stepSize(), seed);
    }

    @Override
    public List<TrainingBatch> of(long step) throws IOException {
        List<Item> items = new ArrayList<>();
        for (int sample : order.step(step)) {
            SplittableRandom random = StepBatches.random(seed, step, items.size());
            GrayImage image = images.gray(sample);
            items.add(item(
                    settings.distort() ? LineDistorter.distort(image, random) : image,
                    images.samples().get(sample).text() + settings.answerEnd()));
        }
        if (drawer.isPresent()) {
            long drawn = Math.round(settings.replay() * items.size());
            for (int i = 0; i < drawn; i++) {
                SplittableRandom random = StepBatches.random(seed, step, items.size());
                DrawnLine line = drawer.get().draw(random, SHORTEST_DRAWN, LONGEST_DRAWN, false);
                items.add(item(line.pixels(), line.text() + settings.answerEnd()));
            }
        }
        items.sort(Comparator.comparingInt(item -> item.canvas().paddedWidth()));
        SplittableRandom random = StepBatches.random(seed, step, -1);
        List<TrainingBatch> batches = new ArrayList<>();
        for (List<Item> group : groups(items)) {
            TrainingBatch batch = batch(group);
            StepBatches.noise(batch, settings.inputNoise(), random);
            batches.add(batch);
        }
        return batches;
    }

    private Item item(GrayImage image, String answer) {
        return new Item(LineCanvas.fit(image, model), tokenizer.encode(answer));
    }

    private List<List<Item>> groups(List<Item> items) {
        List<List<Item>> groups = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= items.size(); i++) {
            if (i == items.size()
                    || i - first == settings.batch()
                    || items.get(i).canvas().paddedWidth()
                            > WIDTH_SPREAD * items.get(first).canvas().paddedWidth()) {
                groups.add(items.subList(first, i));
                first = i;
            }
        }
        return groups;
    }

    /** Two windows are the unit: a batch of a width that came before costs less than one of every width. */
    private int wholeWidth(int padded) {
        int unit = 2 * model.sam().patch() * model.sam().windowWidth();
        return Math.min((padded + unit - 1) / unit * unit, model.canvasWidth().orElseThrow());
    }

    private TrainingBatch batch(List<Item> items) {
        int height = model.canvasHeight().orElseThrow();
        int width = wholeWidth(items.get(items.size() - 1).canvas().paddedWidth());
        FloatBuffer pixels = FloatBuffer.allocate(items.size() * 3 * height * width);
        items.forEach(item -> item.canvas().paddedTo(width).normalize(pixels));
        int rows = height / model.sam().tokenHeight();
        PromptTokens prompt =
                prompts.encode(settings.prompt(), rows * (width / model.sam().tokenWidth()) + rows + 1);
        List<TrainingBatch.Example> examples = items.stream()
                .map(item -> TrainingBatch.Example.ending(
                        prompt, item.answer(), model.decoder().eos()))
                .toList();
        return TrainingBatch.of(
                examples,
                WHOLE_POSITIONS,
                pixels.array(),
                height,
                width,
                readers ? Optional.of(readers(items)) : Optional.empty());
    }

    private TrainingBatch.Readers readers(List<Item> items) {
        return new TrainingBatch.Readers(
                items.stream()
                        .flatMapToLong(item -> Arrays.stream(item.answer()).asLongStream())
                        .toArray(),
                frames(items, model.sam().patch(), TensorShapes.FRAMES_A_COLUMN),
                frames(items, model.sam().tokenWidth(), TensorShapes.FRAMES_A_TOKEN),
                items.stream().mapToLong(item -> item.answer().length).toArray());
    }

    /** Frames of each line; its padding is left out. */
    private static long[] frames(List<Item> items, int unit, int each) {
        return items.stream()
                .flatMapToLong(item -> LongStream.of((long) (item.canvas().width() + unit - 1) / unit * each))
                .toArray();
    }
}
