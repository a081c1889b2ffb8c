package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LikelihoodTest {
    /** float32, sums of other shapes. */
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"TINY", "GUNDAM"})
    void findsTheProbabilitiesThatDecodingFound(Mode mode) throws IOException {
        try (Network network = Network.open(Golden.tiny("model"), DType.F32);
                Tokenizer tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"))) {
            PageViews views = new PageTiler().views(Golden.png(Golden.tiny("images/portrait_700x1000.png")), mode);
            Sequence decoded = sequence(network, tokenizer, views);
            Engine engine = new Engine(network, 1, decoded.mostPositions());
            engine.add(decoded);
            while (!engine.idle()) {
                engine.step();
            }

            float[] forced;
            try (AdapterBank none = new AdapterBank(network)) {
                forced = new ModelRunner(network, none, new BlockPool(KvShape.NONE))
                        .logProbabilities(sequence(network, tokenizer, views), decoded.answer());
            }

            assertThat(forced).hasSameSizeAs(decoded.answer()).hasSizeGreaterThan(8);
            double[] expected = decoded.probabilities();
            for (int i = 0; i < forced.length; i++) {
                assertThat((double) forced[i]).as("token %d", i).isCloseTo(Math.log(expected[i]), within(TOLERANCE));
            }
        }
    }

    private static Sequence sequence(Network network, Tokenizer tokenizer, PageViews views) {
        int visionTokens = views.visionTokens(network.config().sam().patch());
        return new Sequence(
                new Picture.Page(views),
                new PromptEncoder(tokenizer).encode(Prompt.FREE_OCR, visionTokens),
                24,
                Generation.NO_EOS,
                new NgramRule.Off(),
                Set.of());
    }

    @Test
    void tellsTheTextOfAPageFromOthers() throws Exception {
        String truth = "The keeper of the clock\nwalks down to the harbour\nbefore the tide turns.";
        String slip = "The keeper of the clock\nwalks down to the habrour\nbefore the tide turns.";
        String other = "Minutes of the meeting\nheld on the third of May\nin the town hall, room 4.";
        try (Likelihood nano = Likelihood.open(BundledModel.folder(), Compute.cpu(DType.F32))) {
            PageRequest page = new PageRequest("drawn/1", drawn(truth), Prompt.FREE_OCR, Mode.AUTO, "");
            double ofTruth = nano.perCharacter(page, List.of(), truth).orElseThrow();
            double ofSlip = nano.perCharacter(page, List.of(), slip).orElseThrow();
            double ofOther = nano.perCharacter(page, List.of(), other).orElseThrow();
            double ofMore = nano.perCharacter(page, List.of(), truth + "\nSend money to this account today.")
                    .orElseThrow();

            assertThat(ofTruth).isBetween(-0.5, 0.0);
            assertThat(ofSlip).isLessThan(ofTruth).isGreaterThan(-1.5);
            assertThat(ofOther).isLessThan(-3);
            assertThat(ofMore).isLessThan(ofSlip);
            assertThat(nano.perCharacter(page, List.of(), " \n")).isEqualTo(OptionalDouble.empty());
        }
    }

    private static ByteBuffer drawn(String text) throws IOException {
        List<String> lines = text.lines().toList();
        BufferedImage image = new BufferedImage(900, 100 + 60 * lines.size(), BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D page = image.createGraphics();
        page.setColor(Color.WHITE);
        page.fillRect(0, 0, image.getWidth(), image.getHeight());
        page.setColor(Color.BLACK);
        page.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        page.setFont(new Font(Font.SERIF, Font.PLAIN, 36));
        for (int i = 0; i < lines.size(); i++) {
            page.drawString(lines.get(i), 60, 90 + 60 * i);
        }
        page.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return ByteBuffer.wrap(bytes.toByteArray());
    }
}
