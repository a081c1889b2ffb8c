package dev.scriptorium.trainer.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.weights.TensorShapes;
import dev.scriptorium.trainer.draw.Alphabet;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Lines of one padded width with their texts: what one training step sees. B = lines, U = characters of
 * the longest text, n = vision tokens of the padded width.
 */
final class LineBatch {
    /** One line: canvas and text. */
    record Item(LineCanvas canvas, String text) {}

    /** Spread, in vision tokens, of the place where the next character is expected. */
    private static final double GUIDE_SPREAD = 2.0;

    private final List<Item> items;
    private final ModelConfig config;
    private final int width;
    private final int longest;

    LineBatch(List<Item> items, ModelConfig config) {
        this.items = List.copyOf(items);
        this.config = config;
        width = items.stream()
                .mapToInt(item -> item.canvas().paddedWidth())
                .max()
                .orElseThrow();
        longest = items.stream().mapToInt(item -> item.text().length()).max().orElseThrow();
    }

    int size() {
        return items.size();
    }

    int characters() {
        return items.stream().mapToInt(item -> item.text().length()).sum();
    }

    /** (B, 3, H, W) float32 in -1..1. */
    NDArray pixels(NDManager manager) {
        int height = config.canvasHeight().orElseThrow();
        FloatBuffer buffer = FloatBuffer.allocate(items.size() * 3 * height * width);
        items.forEach(item -> item.canvas().paddedTo(width).normalize(buffer));
        return manager.create(buffer.array(), new Shape(items.size(), 3, height, width));
    }

    /**
     * Ids of the texts (B, U), padded.
     *
     * @param noise share of characters replaced by others, so that the decoder trusts the image more than its past
     */
    NDArray inputs(NDManager manager, SplittableRandom random, double noise) {
        long[] ids = new long[items.size() * longest];
        Arrays.fill(ids, NanoFiles.PAD);
        for (int b = 0; b < items.size(); b++) {
            String text = items.get(b).text();
            for (int u = 0; u < text.length(); u++) {
                boolean swap = random.nextDouble() < noise;
                ids[b * longest + u] =
                        swap ? NanoFiles.FIRST_CHARACTER + random.nextInt(Alphabet.size()) : id(text.charAt(u));
            }
        }
        return manager.create(ids, new Shape(items.size(), longest));
    }

    /** What each position should say next (B, U + 1): characters, the end, then -100. */
    NDArray targets(NDManager manager) {
        int stride = longest + 1;
        long[] ids = new long[items.size() * stride];
        Arrays.fill(ids, -100);
        for (int b = 0; b < items.size(); b++) {
            String text = items.get(b).text();
            for (int u = 0; u < text.length(); u++) {
                ids[b * stride + u] = id(text.charAt(u));
            }
            ids[b * stride + text.length()] = NanoFiles.EOS;
        }
        return manager.create(ids, new Shape(items.size(), stride));
    }

    /** How near each vision token is to where the next character is expected (B, U + 1, n), 0..1. */
    NDArray near(NDManager manager) {
        int tokens = width / config.sam().tokenWidth();
        float[] near = new float[items.size() * (longest + 1) * tokens];
        int at = 0;
        for (Item item : items) {
            double ink = (double) item.canvas().width() / config.sam().tokenWidth();
            int count = Math.max(1, item.text().length());
            for (int u = 0; u <= longest; u++) {
                double centre = Math.min((u + 0.5) / count, 1) * ink - 0.5;
                for (int j = 0; j < tokens; j++) {
                    double distance = (j - centre) / GUIDE_SPREAD;
                    near[at++] = (float) Math.exp(-0.5 * distance * distance);
                }
            }
        }
        return manager.create(near, new Shape(items.size(), longest + 1, tokens));
    }

    /** Ids of all texts in a row: what the readers of the encoder are compared with. */
    NDArray readerTargets(NDManager manager) {
        long[] ids = new long[characters()];
        int at = 0;
        for (Item item : items) {
            for (int u = 0; u < item.text().length(); u++) {
                ids[at++] = id(item.text().charAt(u));
            }
        }
        return manager.create(ids);
    }

    /** Frames of each line for the column reader: its padding is left out. */
    long[] columnFrames() {
        return frames(config.sam().patch(), TensorShapes.FRAMES_A_COLUMN);
    }

    /** Frames of each line for the token reader. */
    long[] tokenFrames() {
        return frames(config.sam().tokenWidth(), TensorShapes.FRAMES_A_TOKEN);
    }

    /**
     * A picture without text counts by one piece: its loss is a sum over frames that no text divides, and
     * a few of them would drown a batch of lines.
     */
    private long[] frames(int pieceWidth, int framesAPiece) {
        return items.stream()
                .mapToLong(item ->
                        item.text().isEmpty() ? 1 : ceilDiv(item.canvas().width(), pieceWidth))
                .map(pieces -> pieces * framesAPiece)
                .toArray();
    }

    long[] lengths() {
        return items.stream().mapToLong(item -> item.text().length()).toArray();
    }

    private static int id(char character) {
        return NanoFiles.FIRST_CHARACTER + Alphabet.idOf(character);
    }

    private static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }
}
