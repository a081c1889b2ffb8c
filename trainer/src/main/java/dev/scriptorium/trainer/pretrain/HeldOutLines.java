package dev.scriptorium.trainer.pretrain;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.trainer.draw.DrawnLine;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.Subject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Lines in fonts that are never trained on: the same ones in every run of one seed. They are read as a
 * user's would be, by the engine, greedily; teacher-forced loss would hide a decoder that loses its
 * place.
 */
public final class HeldOutLines {
    private static final int SHORTEST = 8;
    private static final int LONGEST = 72;
    private static final int SLOTS = 32;

    private final List<DrawnLine> lines = new ArrayList<>();

    /**
     * Draws the lines.
     *
     * @param seed which lines; a run of the same seed never draws them for training, since their fonts differ
     * @param subject what they are about
     */
    public HeldOutLines(LineDrawer drawer, long seed, int count, Subject subject) {
        for (int i = 0; i < count; i++) {
            SplittableRandom random = new SplittableRandom(LineStream.mix(seed ^ 0x48454c44, i));
            lines.add(drawer.draw(random, SHORTEST, LONGEST, true, subject));
        }
    }

    /** Reads all lines with a model folder. */
    CharacterErrorRate.Scores read(Path model) throws IOException {
        EngineOptions options = new EngineOptions(
                SLOTS, LONGEST * 2, new NgramRule.Off(), ImageDecoder.DEFAULT_MAX_PIXELS, Duration.ofMinutes(10));
        CharacterErrorRate score = new CharacterErrorRate(false);
        try (OcrEngine engine = OcrEngine.open(model, DType.BF16, options)) {
            for (int i = 0; i < lines.size(); i++) {
                ByteBuffer image = ByteBuffer.wrap(png(lines.get(i)));
                engine.add(i, new PageRequest("held-out " + i, image, Prompt.FREE_OCR, Mode.LINE, ""));
            }
            while (engine.inFlight() > 0) {
                for (FinishedPage page : engine.step()) {
                    String text = page.outcome() instanceof PageOutcome.Read read
                            ? read.reading().text()
                            : "";
                    score.add(lines.get((int) page.ticket()).text(), text);
                }
            }
        }
        return score.scores();
    }

    /** Writes the lines as a labeled folder, for {@code evaluate --data}. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String name = String.format(java.util.Locale.ROOT, "%05d.png", i);
            Files.write(folder.resolve(name), png(lines.get(i)));
            labels.add(name + "\t" + lines.get(i).text());
        }
        Files.write(folder.resolve("labels.tsv"), labels);
    }

    private static byte[] png(DrawnLine line) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(line.pixels().toBufferedImage(), "png", out);
        return out.toByteArray();
    }
}
