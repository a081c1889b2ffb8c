package dev.scriptorium.trainer.calibrate;

import dev.scriptorium.model.confidence.Calibration;
import dev.scriptorium.model.confidence.Calibration.Curve;
import dev.scriptorium.model.confidence.TokenScores;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.eval.Reliability;
import dev.scriptorium.model.eval.WordAlignment;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.trainer.draw.DrawnLine;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.PoorCopy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Learns what a line model's surprise is worth. It reads lines drawn in families that are never trained on, from
 * good scans to copies that nobody could read, and fits the probability of being right to what came out. Real
 * lines are harder than drawn ones in ways that drawing does not know; the poor copies stand for them. No scan is used.
 */
public final class Calibrator {
    /** Poorest copies; see {@link PoorCopy}. */
    private static final double HARSHNESS = 1.4;

    private static final int BRIEF = 16;
    private static final int LONG = 72;
    private static final int LEAST_OF_LONG = 12;
    private static final int IN_FLIGHT = 256;
    /** For four lines that are fitted to, one that the fit is checked with. */
    private static final int CHECKED_PART = 4;

    private final LineDrawer drawer;
    private final long seed;
    private final int lines;

    private static final class Samples {
        final List<Sample> lines = new ArrayList<>();
        final List<Sample> words = new ArrayList<>();
    }

    /**
     * @param seed of the lines
     * @param lines how many are fitted to
     */
    public Calibrator(LineDrawer drawer, long seed, int lines) {
        if (lines < CHECKED_PART) {
            throw new IllegalArgumentException(
                    "calibrate: lines >= " + CHECKED_PART + " expected, " + lines + " found");
        }
        this.drawer = drawer;
        this.seed = seed;
        this.lines = lines;
    }

    /** Lines that are read in all. */
    public int total() {
        return lines + lines / CHECKED_PART;
    }

    /**
     * Reads the lines and fits.
     *
     * @param engine of a line model; its own confidences do not matter
     * @param step told of every line
     * @throws IllegalArgumentException if the model reads pages, or all lines right, or all wrong
     */
    public Calibration fit(OcrEngine engine, Runnable step) throws IOException {
        if (engine.config().unit() != ModelConfig.Unit.LINE) {
            throw new IllegalArgumentException("calibrate: a model that reads lines expected, one for pages found");
        }
        SplittableRandom random = new SplittableRandom(seed);
        Samples fitted = read(engine, random, lines, step);
        Curve line = LogisticFit.of(fitted.lines);
        Curve word = LogisticFit.of(fitted.words);
        Samples checked = read(engine, random, lines / CHECKED_PART, step);
        double exact = (double) fitted.lines.stream().filter(Sample::right).count() / fitted.lines.size();
        return new Calibration(
                line,
                word,
                new Calibration.Origin(
                        engine.modelDigest(), seed, lines, exact, ece(line, checked.lines), ece(word, checked.words)));
    }

    private static double ece(Curve curve, List<Sample> samples) {
        Reliability reliability = new Reliability();
        samples.forEach(sample -> reliability.add(curve.at(sample.surprise()), sample.right()));
        return reliability.ece();
    }

    private Samples read(OcrEngine engine, SplittableRandom random, int count, Runnable step) throws IOException {
        Samples samples = new Samples();
        Map<Long, String> truths = new HashMap<>();
        for (long ticket = 0; ticket < count || engine.inFlight() > 0; ) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("calibrate: stopped before all lines were read");
            }
            while (ticket < count && engine.inFlight() < IN_FLIGHT) {
                truths.put(ticket, add(engine, ticket, random.split()));
                ticket++;
            }
            for (FinishedPage page : engine.step()) {
                String truth = truths.remove(page.ticket());
                if (page.outcome() instanceof PageOutcome.Read read) {
                    read.reading().regions().forEach(region -> judge(truth, region, samples));
                }
                step.run();
            }
        }
        return samples;
    }

    private String add(OcrEngine engine, long ticket, SplittableRandom random) throws IOException {
        boolean brief = random.nextInt(5) < 3;
        DrawnLine line = drawer.draw(random, brief ? 1 : LEAST_OF_LONG, brief ? BRIEF : LONG, true);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(
                PoorCopy.of(line.pixels(), random, random.nextDouble(HARSHNESS)).toBufferedImage(), "png", png);
        ByteBuffer image = ByteBuffer.wrap(png.toByteArray());
        engine.add(ticket, new PageRequest("drawn " + ticket, image, Prompt.FREE_OCR, Mode.LINE, ""));
        return line.text();
    }

    private static void judge(String truth, Region region, Samples samples) {
        CharacterErrorRate as = new CharacterErrorRate(false);
        String expected = as.normalize(truth);
        TokenScores scores = region.scores();
        samples.lines.add(new Sample(scores.surprise(), expected.equals(as.normalize(region.text()))));
        List<TokenScores.Word> words = scores.words();
        boolean[] right = WordAlignment.right(
                List.of(expected.split(" ", -1)),
                words.stream().map(word -> as.normalize(word.text())).toList());
        for (int i = 0; i < right.length; i++) {
            samples.words.add(new Sample(words.get(i).surprise(), right[i]));
        }
    }
}
