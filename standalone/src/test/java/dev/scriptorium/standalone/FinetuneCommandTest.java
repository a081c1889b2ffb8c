package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class FinetuneCommandTest {
    private static final List<String> WORDS = List.of("một", "hai", "ba", "bốn", "năm", "sáu");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path dir;

    private Path data;
    private Path run;

    @BeforeEach
    void drawWords() throws IOException {
        data = dir.resolve("words");
        run = dir.resolve("run");
        write(data.resolve("train_data/1"), WORDS);
        write(data.resolve("train_data/10"), List.of("bảy"));
        write(data.resolve("test_data/250"), WORDS.subList(0, 3));
    }

    @Test
    void trainsAnAdapterThatEvaluateComparesWithTheModelAlone() throws IOException {
        assertThat(finetune("--epochs", "12", "--batch", "4", "--rank", "8", "--json"))
                .isZero();
        JsonNode result = new ObjectMapper().readTree(out.toString());
        assertThat(result.get("samples").asInt()).isEqualTo(7);
        assertThat(result.get("steps").asInt()).isEqualTo(24);
        assertThat(result.get("step").asInt()).isEqualTo(24);
        assertThat(result.get("lastLoss").asDouble())
                .isLessThan(result.get("firstLoss").asDouble());
        assertThat(result.get("trainableParameters").asLong()).isPositive();
        assertThat(result.get("peakMemoryBytes").asLong()).isGreaterThan(10_000_000);
        assertThat(result.at("/data/lengths/greatest").asInt()).isEqualTo(4);
        assertThat(err.toString()).contains("7 images, least / median / greatest:", "adapter in ");
        Path adapter = Path.of(result.get("adapter").asText());
        assertThat(adapter).isEqualTo(run.resolve("adapter")).isDirectory();
        assertThat(run.resolve("loss.png")).exists();

        Path page = dir.resolve("page/index.html");
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        assertThat(execute(
                        "evaluate",
                        "--data",
                        data.toString(),
                        "--layout",
                        "uit-hwdb",
                        "--adapter",
                        adapter.toString(),
                        "--html",
                        page.toString(),
                        "--dtype",
                        "f32",
                        "--json"))
                .isZero();
        JsonNode scores = new ObjectMapper().readTree(out.toString());
        assertThat(scores.get("n").asInt()).isEqualTo(3);
        assertThat(scores.get("cer").asDouble())
                .isLessThan(scores.at("/base/cer").asDouble());
        assertThat(err.toString())
                .containsPattern(" +base +adapted")
                .containsPattern("accuracy \\(1-CER\\) +-?\\d+\\.\\d\\d %")
                .containsPattern("exact match +\\d+\\.\\d\\d %");
        assertThat(page)
                .content()
                .contains("Best improvements", "Hard cases", "data:image/png;base64,", "<code>một!</code>");
    }

    @Test
    void goesOnWhereItWasStoppedAndRefusesOtherSettings() throws IOException {
        assertThat(finetune("--epochs", "1", "--batch", "4")).isZero();
        // the same again has nothing left to do
        assertThat(finetune("--epochs", "1", "--batch", "4", "--json")).isZero();
        assertThat(new ObjectMapper().readTree(lastLine()).get("step").asInt()).isEqualTo(2);
        assertThat(finetune("--epochs", "2", "--batch", "4")).isEqualTo(1);
        assertThat(err.toString()).contains("the run to resume was another one: settings.epochs 1 expected, 2 found");
    }

    @Test
    void calledWronglyItExitsWithTwo() {
        assertThat(finetune("--target-modules", "q_proj,nonsense")).isEqualTo(1);
        assertThat(err.toString()).contains("target module nonsense");
        assertThat(finetune("--epochs", "0")).isEqualTo(2);
        assertThat(execute("finetune", "--out", run.toString())).isEqualTo(2);
    }

    private int finetune(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "finetune",
                "--data",
                data.toString(),
                "--layout",
                "uit-hwdb",
                "--out",
                run.toString(),
                "--dtype",
                "f32",
                "--replay",
                "0",
                "--least-steps",
                "0",
                "--no-distort"));
        arguments.addAll(List.of(more));
        return execute(arguments.toArray(String[]::new));
    }

    private int execute(String... arguments) {
        return Scriptorium.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private String lastLine() {
        return out.toString().lines().reduce((first, second) -> second).orElse("");
    }

    private static void write(Path folder, List<String> words) throws IOException {
        Files.createDirectories(folder);
        ObjectNode labels = new ObjectMapper().createObjectNode();
        int number = 1;
        for (String word : words) {
            BufferedImage image = new BufferedImage(128, 56, BufferedImage.TYPE_BYTE_GRAY);
            Graphics2D pen = image.createGraphics();
            pen.setColor(Color.WHITE);
            pen.fillRect(0, 0, 128, 56);
            pen.setColor(Color.BLACK);
            pen.setFont(new Font(Font.SERIF, Font.ITALIC, 44));
            pen.drawString(word, 8, 44);
            pen.dispose();
            String name = number++ + ".png";
            ImageIO.write(image, "png", folder.resolve(name).toFile());
            // as nobody reads it who was not taught
            labels.put(name, word + "!");
        }
        new ObjectMapper().writeValue(folder.resolve("label.json").toFile(), labels);
    }
}
