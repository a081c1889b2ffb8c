package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.DType;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The tiny checkpoint never ends an answer, so every page climbs as far as it may. */
class OcrEngineRetryTest {

    @Test
    void readsACutPageStrictlyAndLargerAndPublishesTheBest() throws IOException {
        PageReading reading = read(Golden.tiny("model"), 3, page(6), Mode.TINY);

        assertThat(reading.attempts()).isEqualTo(3);
        assertThat(reading.finish()).isEqualTo(FinishReason.LENGTH);
        assertThat(reading.mode()).isIn(Mode.TINY, Mode.SMALL);
        assertThat(reading.quarterTurns()).isZero();
        assertThat(reading.inputPixels())
                .isEqualTo((long) reading.mode().side().orElseThrow()
                        * reading.mode().side().orElseThrow());
    }

    @Test
    void readsOnceWhereItIsToldTo() throws IOException {
        assertThat(read(Golden.tiny("model"), 1, page(6), Mode.TINY).attempts()).isEqualTo(1);
    }

    @Test
    void doesNotAskTheModelAboutABlankPage() throws IOException {
        PageReading reading = read(Golden.tiny("model"), 3, page(0), Mode.AUTO);

        assertThat(reading.finish()).isEqualTo(FinishReason.BLANK);
        assertThat(reading.tokens()).isZero();
        assertThat(reading.visionTokens()).isZero();
        assertThat(reading.attempts()).isEqualTo(1);
        assertThat(reading.mode()).isNotEqualTo(Mode.AUTO);
    }

    @Test
    void choosesTheModeByTheText() throws IOException {
        assertThat(read(Golden.tiny("model"), 1, page(6), Mode.AUTO).mode()).isEqualTo(Mode.TINY);
    }

    @Test
    void readsOnlyTheLineAgainThatWasCut() throws IOException {
        PageReading cut = read(BundledModel.folder(), 2, page(3), Mode.AUTO);
        PageReading once = read(BundledModel.folder(), 1, page(3), Mode.AUTO);

        assertThat(once.finish()).isEqualTo(FinishReason.LENGTH);
        assertThat(once.attempts()).isEqualTo(1);
        assertThat(cut.attempts()).isEqualTo(2);
        assertThat(cut.text()).as("the same model, the same limit").isEqualTo(once.text());
        assertThat(cut.inputPixels()).isPositive();
    }

    private static PageReading read(Path model, int readings, ByteBuffer image, Mode mode) throws IOException {
        EngineOptions options = new EngineOptions(
                4,
                12,
                new NgramRule.Off(),
                10_000_000,
                Duration.ofMinutes(5),
                new Ladder.Limits(readings, Duration.ofMinutes(5)));
        try (OcrEngine engine = OcrEngine.open(model, DType.F32, options)) {
            engine.add(1, new PageRequest("doc/1", image, Prompt.FREE_OCR, mode, ""));
            List<FinishedPage> finished = new ArrayList<>();
            while (engine.inFlight() > 0) {
                finished.addAll(engine.step());
            }
            assertThat(finished).hasSize(1);
            assertThat(finished.get(0).outcome()).isInstanceOf(PageOutcome.Read.class);
            return ((PageOutcome.Read) finished.get(0).outcome()).reading();
        }
    }

    private static ByteBuffer page(int lines) throws IOException {
        BufferedImage page = new BufferedImage(900, 700, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = page.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, 900, 700);
        pen.setColor(Color.BLACK);
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, 36));
        for (int line = 1; line <= lines; line++) {
            pen.drawString("words that are not the same on all lines " + line, 60, 100 * line);
        }
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(page, "png", png);
        return ByteBuffer.wrap(png.toByteArray());
    }
}
