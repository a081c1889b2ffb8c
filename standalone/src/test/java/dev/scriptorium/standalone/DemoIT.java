package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** The commands that read, with the bundled model and, for the demo, a real broker. */
class DemoIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path dir;

    @Test
    void readsTheSamplePagesThroughKafka() throws IOException {
        assertThat(run("demo", "--recognize-only", "--json")).as(err.toString()).isZero();

        JsonNode result = lastLine();
        assertThat(result.path("pages").asInt()).isGreaterThanOrEqualTo(9);
        assertThat(result.path("cer").asDouble(1)).isLessThan(0.03);
        assertThat(result.path("pagesPerSecond").asDouble()).isPositive();
        assertThat(result.path("results").findValuesAsText("outcome"))
                .contains("BLANK")
                .doesNotContain("FAILED");
    }

    /** Minutes of two cores: the whole loop with the real services, which is what the project is for. */
    @Test
    void teachesANewDomainAndReadsItWithTheNewAdapter() throws IOException {
        assertThat(run("demo", "--json")).as(err.toString()).isZero();

        JsonNode result = lastLine();
        double before = result.path("cerBefore").asDouble();
        assertThat(before).isGreaterThan(0.08);
        assertThat(result.path("cerAfter").asDouble(1)).isLessThan(before / 2);
        assertThat(result.path("adapterId").asText()).matches("[0-9a-f]{64}");
        assertThat(result.path("heldOutPagesReadWithAdapter").asInt())
                .isEqualTo(result.path("heldOutPages").asInt())
                .isGreaterThanOrEqualTo(20);
        assertThat(err.toString())
                .contains("ACTIVE")
                .contains("adapter " + result.path("adapterId").asText());
    }

    @Test
    void readsFilesWithoutKafkaAndSaysWhichCannotBeRead() throws IOException {
        DemoPages.Original sample = Samples.write(dir).get(0);
        Path broken = Files.writeString(dir.resolve("broken.png"), "no image");

        assertThat(run(
                        "recognize",
                        "--json",
                        sample.file().toString(),
                        broken.toString(),
                        dir.resolve("gone.png").toString()))
                .isEqualTo(1);

        JsonNode pages = lastLine().path("pages");
        assertThat(pages).hasSize(3);
        JsonNode read = page(pages, sample.file().getFileName().toString());
        assertThat(read.path("outcome").asText()).isEqualTo("OK");
        assertThat(dev.scriptorium.model.eval.CharacterErrorRate.of(
                        sample.truth().get(0), read.path("text").asText()))
                .isLessThan(0.05);
        assertThat(page(pages, "broken.png").path("outcome").asText()).isNotEqualTo("OK");
        assertThat(page(pages, "broken.png").path("message").asText()).contains("broken.png");
        assertThat(page(pages, "gone.png").path("message").asText()).contains("gone.png");
    }

    /** A page that is read, and one that is not: two documents, the second of which says what it lacks. */
    @Test
    void writesWhatItReadsAsSearchablePdf() throws IOException {
        BufferedImage line = new BufferedImage(600, 40, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = line.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, 600, 40);
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SERIF, Font.PLAIN, 28));
        graphics.drawString("The north orchard was planted", 10, 30);
        graphics.dispose();
        Path file = dir.resolve("line.png");
        ImageIO.write(line, "png", file.toFile());
        Path broken = Files.writeString(dir.resolve("broken.png"), "no image");
        Path out = dir.resolve("out");

        assertThat(run(
                        "recognize",
                        "--json",
                        "--mode",
                        "line",
                        "--format",
                        "pdf",
                        "--out",
                        out.toString(),
                        file.toString(),
                        broken.toString()))
                .isEqualTo(1);

        JsonNode result = lastLine();
        String text = page(result.path("pages"), "line.png").path("text").asText();
        assertThat(text).isNotBlank();
        assertThat(result.path("files")).hasSize(1);
        try (PDDocument pdf = Loader.loadPDF(out.resolve("line.png.pdf").toFile())) {
            assertThat(pdf.getNumberOfPages()).isEqualTo(1);
            assertThat(new PDFTextStripper().getText(pdf).strip()).isEqualTo(text);
        }
        assertThat(run("recognize", "--format", "docx", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("'docx' found");
    }

    @Test
    void scoresALabeledFolder() throws IOException {
        DemoPages.Original sample = Samples.write(dir).get(0);
        Files.writeString(
                dir.resolve("labels.tsv"),
                sample.file().getFileName() + "\t" + sample.truth().get(0).replaceAll("\\s+", " ") + "\n");

        assertThat(run("evaluate", "--data", dir.toString(), "--mode", "auto", "--json"))
                .as(err.toString())
                .isZero();

        JsonNode scores = lastLine();
        assertThat(scores.path("n").asInt()).isEqualTo(1);
        assertThat(scores.path("cer").asDouble(1)).isLessThan(0.05);
        assertThat(scores.path("itemsPerCpuSecond").asDouble()).isPositive();
    }

    @Test
    void namesWhatIsMissing() {
        assertThat(run("evaluate", "--data", dir.toString(), "--json")).isEqualTo(1);
        assertThat(err.toString()).contains("labels.tsv expected, none found");
        assertThat(run("recognize", "--model", dir.toString(), "page.png")).isEqualTo(1);
        assertThat(err.toString()).contains("config.json");
        assertThat(run("recognize", "--mode", "huge", "page.png")).isEqualTo(2);
        assertThat(err.toString()).contains("'huge' found");
        assertThat(run("recognize")).isEqualTo(2);
    }

    private int run(String... arguments) {
        CommandLine command = Scriptorium.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    private JsonNode lastLine() throws IOException {
        List<String> lines = out.toString().lines().toList();
        return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }

    private static JsonNode page(JsonNode pages, String name) {
        for (JsonNode page : pages) {
            if (page.path("source").asText().endsWith(name)) {
                return page;
            }
        }
        throw new AssertionError("page of " + name + " expected, found " + pages);
    }
}
