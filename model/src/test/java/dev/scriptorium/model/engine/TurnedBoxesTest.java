package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.confidence.Confidence;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.ladder.PageSurvey;
import dev.scriptorium.model.ladder.Rung;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** A model says where things stand in the picture that it was shown; results say it in the page as a viewer shows it. */
class TurnedBoxesTest {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 1300;

    /** Left, top, right, bottom of a black box on the page. */
    private static final int[] BOX = {150, 260, 480, 330};

    /** Coordinates have a thousand steps. */
    private static final int STEP = 2;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void boxesAreThoseOfThePageThatWasNotTurned(int quarterTurns) throws IOException {
        RgbImage shown = page().turned(quarterTurns);
        int[] seen = blackBox(shown);
        String answer = "<|ref|>text<|/ref|><|det|>[[%d, %d, %d, %d]]<|/det|>\nHello\n"
                .formatted(
                        999 * seen[0] / shown.width(),
                        999 * seen[1] / shown.height(),
                        999 * seen[2] / shown.width(),
                        999 * seen[3] / shown.height());

        PageReading reading = read(answer, quarterTurns);

        assertThat(reading.width()).isEqualTo(WIDTH);
        assertThat(reading.height()).isEqualTo(HEIGHT);
        assertThat(reading.quarterTurns()).isEqualTo(quarterTurns);
        assertThat(reading.regions()).hasSize(1);
        Region region = reading.regions().get(0);
        assertThat(region.text()).isEqualTo("Hello");
        int[] found = {region.x0(), region.y0(), region.x1(), region.y1()};
        for (int i = 0; i < BOX.length; i++) {
            assertThat(found[i]).as("edge %d", i).isCloseTo(BOX[i], within(STEP));
        }
    }

    private static PageReading read(String answer, int quarterTurns) throws IOException {
        Rung rung = new Rung(Mode.TINY, false, quarterTurns);
        try (Tokenizer tokenizer = Tokenizer.load(Golden.tiny("model").resolve("tokenizer.json"))) {
            PageViews views = new PageTiler().views(page().turned(quarterTurns), Mode.TINY);
            PromptTokens prompt = new PromptEncoder(tokenizer).encode(Prompt.DOCUMENT, views.visionTokens(16));
            int eos = tokenizer.id(Tokenizer.EOS);
            Sequence sequence = new Sequence(new Picture.Page(views), prompt, 1000, eos, new NgramRule.Off(), Set.of());
            for (int token : tokenizer.encode(answer)) {
                sequence.take(token, -0.1f);
            }
            sequence.take(eos, -0.1f);
            PageRequest request = new PageRequest("t/1", ByteBuffer.allocate(1), Prompt.DOCUMENT, Mode.TINY, "");
            PageInFlight page = new PageInFlight(
                    new PageInFlight.Order(1, request, PageSurvey.unknown(WIDTH, HEIGHT), Optional.empty(), "", 0),
                    rung,
                    0,
                    0,
                    List.of(new PageInFlight.Part(sequence, null)));
            return page.reading(tokenizer, Confidence.UNCALIBRATED, 0);
        }
    }

    private static RgbImage page() {
        byte[] samples = RgbImage.filled(WIDTH, HEIGHT, 255, 255, 255).samples().clone();
        for (int y = BOX[1]; y < BOX[3]; y++) {
            for (int x = BOX[0]; x < BOX[2]; x++) {
                for (int i = 0; i < 3; i++) {
                    samples[3 * (y * WIDTH + x) + i] = 0;
                }
            }
        }
        return new RgbImage(WIDTH, HEIGHT, samples);
    }

    private static int[] blackBox(RgbImage image) {
        int[] box = {image.width(), image.height(), 0, 0};
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                if (image.rgb(x, y) == 0) {
                    box[0] = Math.min(box[0], x);
                    box[1] = Math.min(box[1], y);
                    box[2] = Math.max(box[2], x + 1);
                    box[3] = Math.max(box[3], y + 1);
                }
            }
        }
        return box;
    }
}
