package dev.scriptorium.model.confidence;

import dev.scriptorium.model.Shared;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.eval.LabeledImages;
import dev.scriptorium.model.eval.Reliability;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.ComputeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Real receipts, of which the calibration has seen none. */
class ReceiptsConfidenceTest {
    /** The 0.05 and room for the luck of 400 lines; evaluate prints the number itself. */
    private static final double TOLERATED = 0.08;

    @Test
    void linesAreRightAsOftenAsTheirConfidenceSays() throws IOException {
        List<LabeledImages.Item> items =
                LabeledImages.read(Shared.path("data/print-receipts-en/test"), LabeledImages.Layout.LABELS_TSV);
        CharacterErrorRate foldingCase = new CharacterErrorRate(true);
        Reliability reliability = new Reliability();
        Path nano = BundledModel.folder();
        EngineOptions options =
                EngineOptions.suiting(ModelConfig.read(nano), Optional.empty(), 200, Duration.ofMinutes(30));
        try (OcrEngine engine = OcrEngine.open(nano, ComputeType.of("auto"), options)) {
            for (int i = 0; i < items.size(); i++) {
                ByteBuffer image =
                        ByteBuffer.wrap(Files.readAllBytes(items.get(i).file()));
                engine.add(i, new PageRequest("receipt " + i, image, Prompt.FREE_OCR, Mode.LINE, ""));
            }
            while (engine.inFlight() > 0) {
                for (FinishedPage page : engine.step()) {
                    PageReading reading = ((PageOutcome.Read) page.outcome()).reading();
                    String truth = items.get((int) page.ticket()).text();
                    reliability.add(reading.confidence(), foldingCase.add(truth, reading.text()) == 0);
                    reading.regions().forEach(ReceiptsConfidenceTest::hasAConfidenceForEachWord);
                }
            }
        }
        assertThat(reliability.samples()).isEqualTo(400);
        assertThat(reliability.ece()).as("%s", reliability.bins()).isLessThan(TOLERATED);
    }

    private static void hasAConfidenceForEachWord(Region line) {
        assertThat(line.words())
                .extracting(Region.Word::text)
                .containsExactly(line.text().split("\\s+", -1));
        assertThat(line.words())
                .allSatisfy(word -> assertThat(word.confidence()).isBetween(0.0, 1.0));
    }
}
