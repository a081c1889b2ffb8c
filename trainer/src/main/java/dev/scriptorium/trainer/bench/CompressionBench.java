package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.trainer.draw.FontCatalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * How much text a vision token can hold: pictures of known texts, denser and denser, read through the same number of
 * vision tokens. Page models are given square pages of running text, line models lines on one canvas.
 *
 * @see <a href="https://arxiv.org/abs/2510.18234">DeepSeek-OCR, table 2</a>: the same on the pages of Fox
 */
public final class CompressionBench {
    /** Text tokens of a page, as in the paper, and fewer. */
    public static final List<Integer> PAGE_TOKENS = List.of(100, 200, 400, 600, 800, 1000, 1200);
    /** Characters of a line: 0.75 to 6 for each of its vision tokens. */
    public static final List<Integer> LINE_CHARACTERS = List.of(18, 24, 30, 36, 42, 48, 60, 72, 96, 144);

    /** Modes that a page model is measured in unless others are wanted. */
    public static final List<Mode> PAGE_MODES = List.of(Mode.TINY, Mode.SMALL, Mode.BASE, Mode.LARGE, Mode.GUNDAM);

    private final List<Mode> modes;
    private final List<Integer> densities;
    private final int samples;
    private final long seed;

    /**
     * @param modes which to measure; {@link Mode#LINE} alone for a line model
     * @param densities text tokens of a page, or characters of a line
     * @param samples pictures for each mode and density
     * @throws IllegalArgumentException if there is nothing to measure, or the modes are not of one kind
     */
    public CompressionBench(List<Mode> modes, List<Integer> densities, int samples, long seed) {
        if (modes.isEmpty() || densities.isEmpty() || samples < 1) {
            throw new IllegalArgumentException("compression: a mode, a density and a sample expected, " + modes + ", "
                    + densities + ", " + samples + " found");
        }
        if (densities.stream().anyMatch(density -> density < 1)) {
            throw new IllegalArgumentException("compression: densities >= 1 expected, " + densities + " found");
        }
        if (modes.contains(Mode.AUTO) || (modes.contains(Mode.LINE) && modes.size() > 1)) {
            throw new IllegalArgumentException(
                    "compression: line alone or modes with a size of their own expected, " + modes + " found");
        }
        this.modes = List.copyOf(modes);
        this.densities = List.copyOf(densities);
        this.samples = samples;
        this.seed = seed;
    }

    /** What a checkpoint is measured in if nobody says. */
    public static List<Mode> modesOf(ModelConfig config) {
        return config.unit() == ModelConfig.Unit.LINE ? List.of(Mode.LINE) : PAGE_MODES;
    }

    /**
     * Finds out whether a checkpoint can be measured so.
     *
     * @throws IllegalArgumentException if it does not read in these modes
     */
    public void check(ModelConfig config) {
        if ((config.unit() == ModelConfig.Unit.LINE) != modes.contains(Mode.LINE)) {
            throw new IllegalArgumentException(
                    "compression: modes of " + modesOf(config) + " expected, " + modes + " found");
        }
    }

    /** Pictures that are read in all. */
    public int steps() {
        return modes.size() * densities.size() * samples;
    }

    /**
     * Reads all pictures.
     *
     * @param step told after each
     * @throws IllegalArgumentException as {@link #check} does
     */
    public List<CompressionPoint> run(OcrEngine engine, Tokenizer tokenizer, FontCatalog fonts, Runnable step)
            throws IOException {
        check(engine.config());
        boolean line = modes.contains(Mode.LINE);
        DenseTexts texts = new DenseTexts(engine.config(), tokenizer, fonts);
        List<CompressionPoint> points = new ArrayList<>();
        for (Mode mode : modes) {
            for (int density : densities) {
                SplittableRandom random = new SplittableRandom(seed + density);
                List<DrawnText> drawn = new ArrayList<>();
                for (int i = 0; i < samples; i++) {
                    drawn.add(line ? texts.line(random.split(), density) : texts.page(random.split(), mode, density));
                }
                points.add(read(engine, mode, drawn, step));
            }
        }
        return points;
    }

    private static CompressionPoint read(OcrEngine engine, Mode mode, List<DrawnText> drawn, Runnable step)
            throws IOException {
        for (int i = 0; i < drawn.size(); i++) {
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(drawn.get(i).picture().toBufferedImage(), "png", png);
            ByteBuffer image = ByteBuffer.wrap(png.toByteArray());
            engine.add(i, new PageRequest(mode.label() + " " + i, image, Prompt.FREE_OCR, mode, ""));
        }
        Double[] precisions = new Double[drawn.size()];
        while (engine.inFlight() > 0) {
            for (FinishedPage page : engine.step()) {
                int i = (int) page.ticket();
                String reading = page.outcome() instanceof PageOutcome.Read read
                        ? read.reading().text()
                        : "";
                precisions[i] = precision(drawn.get(i).text(), reading);
                step.run();
            }
        }
        double textTokens =
                drawn.stream().mapToInt(DrawnText::textTokens).average().orElseThrow();
        double visionTokens =
                drawn.stream().mapToInt(DrawnText::visionTokens).average().orElseThrow();
        return new CompressionPoint(mode, textTokens, visionTokens, List.of(precisions));
    }

    /** 1 less the edit distance over the length of the longer text: what Fox and its successors score. */
    static double precision(String truth, String reading) {
        CharacterErrorRate as = new CharacterErrorRate(false);
        int written = length(as.normalize(truth));
        double errors = as.add(truth, reading) * Math.max(1, written);
        return 1 - errors / Math.max(1, Math.max(written, length(as.normalize(reading))));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
