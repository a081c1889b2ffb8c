package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ParityCommandTest {
    /** The fixture among the model's test resources, which stand beside this module in the source. */
    private static final Path GOLDENS = Path.of("..", "model", "src", "test", "resources", "deepseek-ocr-tiny");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path dir;

    @Test
    void printsTheLargestErrorOfEachStageAndOneJsonObject() throws IOException {
        assertThat(execute("parity", GOLDENS.toString(), "--json"))
                .as(() -> err.toString())
                .isZero();
        JsonNode result = new ObjectMapper().readTree(out.toString());
        assertThat(result.get("ok").asBoolean()).isTrue();
        assertThat(result.get("preprocessingEqual").asBoolean()).isTrue();
        assertThat(result.get("generationsEqual").asBoolean()).isTrue();
        assertThat(result.at("/stages/logits").asDouble()).isBetween(0.0, 1e-4);
        assertThat(result.at("/cases/portrait.gundam/local.projector").asDouble())
                .isBetween(0.0, 1e-4);
        assertThat(result.get("failures")).isEmpty();
        assertThat(err.toString())
                .containsPattern("sam_block0 +\\d\\.\\de-0\\d +\\w+\\.\\w+")
                .containsPattern("generations +21")
                .containsPattern("lora +1104")
                .endsWith("everything equal\n");
    }

    @Test
    void failsWithOneLineOnAFolderWithoutGoldens() throws IOException {
        for (Path folder : List.of(dir, dir.resolve("absent"), Files.createFile(dir.resolve("file")))) {
            err.getBuffer().setLength(0);
            assertThat(execute("parity", folder.toString())).isEqualTo(1);
            assertThat(err)
                    .hasToString("scriptorium parity: " + folder
                            + ": a folder of goldens with index.json expected, none found\n");
        }
    }

    @Test
    void exitsWithTwoWithoutAFolder() {
        assertThat(execute("parity")).isEqualTo(2);
        assertThat(err.toString()).contains("DIR");
    }

    private int execute(String... args) {
        return Scriptorium.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
