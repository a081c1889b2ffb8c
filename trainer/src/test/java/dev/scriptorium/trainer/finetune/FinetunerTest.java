package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FinetunerTest {
    /** The fixture among the model's test resources, which stand beside this module in the source. */
    private static final Path TINY = Path.of("..", "model", "src", "test", "resources", "deepseek-ocr-tiny", "model");

    private static final List<String> WORDS = List.of("one", "two", "three", "four", "five", "six", "seven", "eight");

    @TempDir
    private Path dir;

    @Test
    void aRunThatWasInterruptedEndsWithTheAdapterOfOneThatWasNot() throws IOException {
        List<FinetuneMetrics> metrics = new ArrayList<>();
        FinetuneResult whole = lines(dir.resolve("whole"), metrics, 2).run(samples(), () -> false);
        // stops behind step 3, saves, and a kill leaves a row of a step that is done again
        List<FinetuneMetrics> parts = new ArrayList<>();
        lines(dir.resolve("parts"), parts, 2).run(samples(), () -> parts.size() == 3);
        Files.writeString(
                dir.resolve("parts/steps.tsv"), "4\t16\t1\t0\t1\t1\t1\n", java.nio.file.StandardOpenOption.APPEND);
        FinetuneResult resumed = lines(dir.resolve("parts"), parts, 2).run(samples(), () -> false);

        assertThat(parts).extracting(FinetuneMetrics::step).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(parts.get(5).loss()).isEqualTo(metrics.get(5).loss());
        assertThat(resumed.adapterId()).isEqualTo(whole.adapterId());
        assertThat(dir.resolve("parts/adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(dir.resolve("whole/adapter/adapter_model.safetensors"));
        assertThat(Files.readAllLines(dir.resolve("parts/steps.tsv"))).hasSize(1 + 6);
    }

    @Test
    void learnsWordsAndWritesAdapterMetricsAndCurve() throws IOException {
        List<FinetuneMetrics> metrics = new ArrayList<>();
        // the base reads the words themselves with hardly any loss left to lose: it is to learn them backwards
        FinetuneResult result = lines(dir, metrics, 12).run(backwards(), () -> false);

        assertThat(metrics.get(0).loss()).isGreaterThan(1);
        assertThat(metrics.get(metrics.size() - 1).loss())
                .isLessThan(0.5 * metrics.get(0).loss());
        assertThat(result.steps()).isEqualTo(36);
        assertThat(result.samples()).isEqualTo(WORDS.size());
        assertThat(result.peakMemoryBytes()).isPositive();
        LoraAdapter adapter = LoraAdapter.read(result.adapter(), ModelConfig.read(BundledModel.folder()));
        assertThat(adapter.parameters()).isEqualTo(result.trainableParameters());
        assertThat(dir.resolve("metrics.json")).content().contains("\"trainableParameters\"", "\"settings\"");
        assertThat(ImageIO.read(dir.resolve("loss.png").toFile()).getWidth()).isPositive();
    }

    @Test
    void trainsAPageModelWithTheExperimentsSettings() throws IOException {
        FinetuneSettings settings = FinetuneSettings.of(TINY, Map.of("batch", 3, "epochs", 1));
        List<FinetuneMetrics> metrics = new ArrayList<>();
        Finetuner run =
                new Finetuner(settings, TINY, Compute.cpu(DType.F32), dir, 1, 100, Optional.empty(), metrics::add);
        FinetuneResult result = run.run(samples(), () -> false);

        // eight words, six a step: the second step sees what is left
        assertThat(metrics).extracting(FinetuneMetrics::samples).containsExactly(6L, 8L);
        assertThat(metrics.get(0).loss()).isPositive();
        LoraAdapter adapter = LoraAdapter.read(result.adapter(), ModelConfig.read(TINY));
        assertThat(adapter.config().rank()).isEqualTo(16);
    }

    @Test
    void refusesToGoOnWithOtherSettings() throws IOException {
        lines(dir, new ArrayList<>(), 1).run(samples(), () -> true);

        assertThatThrownBy(() -> lines(dir, new ArrayList<>(), 2).run(samples(), () -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("the run to resume was another one: settings.epochs 1 expected, 2 found");
    }

    @Test
    void namesAnImageThatCannotBeRead() {
        List<Sample> broken = List.of(new Sample("broken.png", () -> new byte[] {1, 2, 3}, "text"));
        assertThatThrownBy(() -> lines(dir, new ArrayList<>(), 1).run(broken, () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken.png");
    }

    private static Finetuner lines(Path out, List<FinetuneMetrics> metrics, int epochs) throws IOException {
        Path nano = BundledModel.folder();
        FinetuneSettings settings = FinetuneSettings.of(
                nano, Map.of("batch", 3, "least_steps", 0, "epochs", epochs, "rank", 4, "warm_up", 1, "distort", true));
        return new Finetuner(settings, nano, Compute.cpu(DType.F32), out, 1, 2, Optional.empty(), metrics::add);
    }

    private static List<Sample> samples() {
        return WORDS.stream()
                .map(word -> new Sample(word, () -> png(word), word))
                .toList();
    }

    private static List<Sample> backwards() {
        return WORDS.stream()
                .map(word -> new Sample(
                        word, () -> png(word), new StringBuilder(word).reverse().toString()))
                .toList();
    }

    private static byte[] png(String word) {
        BufferedImage image = new BufferedImage(24 * word.length(), 40, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, image.getWidth(), image.getHeight());
        pen.setColor(Color.BLACK);
        pen.setFont(new Font(Font.SERIF, Font.ITALIC, 30));
        pen.drawString(word, 6, 29);
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }
}
