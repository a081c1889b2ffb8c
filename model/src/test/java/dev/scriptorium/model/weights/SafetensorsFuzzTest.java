package dev.scriptorium.model.weights;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import static org.assertj.core.api.Assertions.assertThat;

/** A broken or hostile checkpoint or adapter file is refused; what is not refused lies inside the file. */
class SafetensorsFuzzTest {
    private static Path file;

    @BeforeAll
    static void create() throws IOException {
        file = Files.createTempFile("fuzz", ".safetensors");
    }

    @AfterAll
    static void delete() throws IOException {
        Files.delete(file);
    }

    @FuzzTest(maxDuration = "10s", maxExecutions = 3000)
    void briefly(byte[] bytes) throws IOException {
        open(bytes);
    }

    @FuzzTest(maxDuration = "1h")
    void thoroughly(byte[] bytes) throws IOException {
        open(bytes);
    }

    private static void open(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (SafetensorsReader.Entry entry : reader.entries().values()) {
                assertThat(reader.map(entry.name()).remaining()).isEqualTo((int) entry.bytes());
            }
        } catch (ModelFormatException e) {
            assertThat(e).hasMessageContaining(file.getFileName().toString());
        }
    }
}
