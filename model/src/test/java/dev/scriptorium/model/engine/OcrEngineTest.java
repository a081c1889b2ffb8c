package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The tiny checkpoint's answers mean nothing, but they are answers: cut at the limit, the same every time. */
class OcrEngineTest {
    private static final int LIMIT = 12;

    @Test
    void readsPagesOfSeveralModesTogetherAsEachAlone() throws IOException {
        List<PageRequest> requests = List.of(
                request("images/square_96x96.png", Mode.TINY),
                request("images/portrait_700x1000.png", Mode.TINY),
                request("images/landscape_1300x620.png", Mode.SEED384));
        List<String> alone = new ArrayList<>();
        for (PageRequest request : requests) {
            try (OcrEngine engine = open(1, Duration.ofMinutes(5))) {
                engine.add(0, request);
                alone.add(reading(run(engine).get(0L)).text());
            }
        }
        try (OcrEngine engine = open(2, Duration.ofMinutes(5))) {
            for (int i = 0; i < requests.size(); i++) {
                engine.add(i, requests.get(i));
            }
            assertThat(engine.inFlight()).isEqualTo(3);
            Map<Long, PageOutcome> outcomes = run(engine);
            for (int i = 0; i < requests.size(); i++) {
                PageReading reading = reading(outcomes.get((long) i));
                assertThat(reading.text()).isEqualTo(alone.get(i));
                assertThat(reading.finish()).isEqualTo(FinishReason.LENGTH);
                assertThat(reading.tokens()).isEqualTo(LIMIT);
                assertThat(reading.mode()).isEqualTo(requests.get(i).mode());
                assertThat(reading.confidence()).isBetween(0.0, 1.0);
            }
            assertThat(engine.inFlight()).isZero();
        }
    }

    @Test
    void endsAPageThatIsNoImageAndGoesOn() throws IOException {
        try (OcrEngine engine = open(2, Duration.ofMinutes(5))) {
            ByteBuffer text = ByteBuffer.wrap("not an image".getBytes(StandardCharsets.UTF_8));
            engine.add(1, new PageRequest("doc/1", text, Prompt.FREE_OCR, Mode.TINY, ""));
            engine.add(2, request("images/square_96x96.png", Mode.TINY));
            Map<Long, PageOutcome> outcomes = run(engine);

            assertThat(outcomes.get(1L)).isInstanceOfSatisfying(PageOutcome.Failed.class, failed -> {
                assertThat(failed.failure()).isEqualTo(PageFailure.UNDECODABLE);
                assertThat(failed.message()).contains("doc/1");
            });
            assertThat(outcomes.get(2L)).isInstanceOf(PageOutcome.Read.class);
        }
    }

    @Test
    void forgetsACancelledPage() throws IOException {
        try (OcrEngine engine = open(2, Duration.ofMinutes(5))) {
            engine.add(1, request("images/square_96x96.png", Mode.TINY));
            engine.add(2, request("images/square_96x96.png", Mode.TINY));
            engine.step();
            engine.cancel(1);
            engine.cancel(77);

            assertThat(run(engine)).containsOnlyKeys(2L);
        }
    }

    @Test
    void givesUpAPageThatTakesTooLong() throws IOException {
        try (OcrEngine engine = open(1, Duration.ZERO)) {
            engine.add(1, request("images/square_96x96.png", Mode.TINY));

            assertThat(run(engine).get(1L))
                    .isInstanceOfSatisfying(PageOutcome.Failed.class, failed -> assertThat(failed.failure())
                            .isEqualTo(PageFailure.TIMEOUT));
        }
    }

    @Test
    void finishesAPageOnceThoughItsLinesEndTogether() throws IOException {
        BufferedImage page = new BufferedImage(900, 500, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = page.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, 900, 500);
        pen.setColor(Color.BLACK);
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, 36));
        for (int line = 1; line <= 4; line++) {
            pen.drawString("the same words on every line", 60, 100 * line);
        }
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(page, "png", png);
        EngineOptions options = new EngineOptions(8, 100, new NgramRule.Off(), 10_000_000, Duration.ofMinutes(5));
        try (OcrEngine engine = OcrEngine.open(BundledModel.folder(), DType.F32, options)) {
            engine.add(7, new PageRequest("p", ByteBuffer.wrap(png.toByteArray()), Prompt.FREE_OCR, Mode.AUTO, ""));
            List<FinishedPage> finished = new ArrayList<>();
            while (engine.inFlight() > 0) {
                finished.addAll(engine.step());
            }
            assertThat(finished).hasSize(1);
            assertThat(reading(finished.get(0).outcome()).regions()).hasSize(4);
        }
    }

    @Test
    void namesItsWeights() throws IOException {
        try (OcrEngine engine = open(1, Duration.ofMinutes(5))) {
            assertThat(engine.modelDigest()).matches("[0-9a-f]{64}").isEqualTo(engine.modelDigest());
        }
    }

    private static OcrEngine open(int slots, Duration timeout) throws IOException {
        EngineOptions options = new EngineOptions(slots, LIMIT, new NgramRule.Off(), 10_000_000, timeout);
        return OcrEngine.open(Golden.tiny("model"), DType.F32, options);
    }

    private static PageRequest request(String image, Mode mode) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Golden.tiny(image)));
        return new PageRequest(image, bytes, Prompt.FREE_OCR, mode, "");
    }

    private static Map<Long, PageOutcome> run(OcrEngine engine) {
        Map<Long, PageOutcome> outcomes = new HashMap<>();
        while (engine.inFlight() > 0) {
            engine.step().forEach(page -> outcomes.put(page.ticket(), page.outcome()));
        }
        return outcomes;
    }

    private static PageReading reading(PageOutcome outcome) {
        assertThat(outcome).isInstanceOf(PageOutcome.Read.class);
        return ((PageOutcome.Read) outcome).reading();
    }
}
