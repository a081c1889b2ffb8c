package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdapterTrialTest {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    @TempDir
    private Path dir;

    private OcrEngine engine;
    private AdapterTrial trial;

    @BeforeEach
    void open() throws IOException {
        engine = OcrEngine.open(
                Golden.tiny("model"),
                DType.F32,
                new EngineOptions(3, 24, NgramRule.READING, 100_000_000, Duration.ofMinutes(5)));
        trial = engine.adapterTrial();
    }

    @AfterEach
    void close() {
        trial.close();
        engine.close();
    }

    @Test
    void refusesNumbersThatAreNone() throws IOException {
        LoraAdapter broken = broken(Golden.tiny("adapter_trained_aux"));

        assertThatThrownBy(() -> trial.check(broken))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith(
                        "adapter " + broken.id() + ": token 0 of the self-test: a log-probability expected")
                .hasMessageEndingWith(", NaN found");

        LoraAdapter sound = LoraAdapter.read(Golden.tiny("adapter_trained_aux"), engine.config());
        assertThatCode(() -> trial.check(sound)).doesNotThrowAnyException();
    }

    @Test
    void leavesAnEngineAloneThatReadsMeanwhile() throws Exception {
        LoraAdapter letters = LoraAdapter.read(Golden.tiny("adapter_init"), engine.config());
        LoraAdapter other = LoraAdapter.read(Golden.tiny("adapter_trained_aux"), engine.config());
        engine.useAdapter("letters", letters);
        String undisturbed = read("letters");

        CompletableFuture<Void> tried = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 5; i++) {
                trial.check(other);
            }
        });
        List<String> meanwhile = new ArrayList<>();
        do {
            meanwhile.add(read("letters"));
        } while (!tried.isDone());

        assertThat(tried).succeedsWithin(1, TimeUnit.SECONDS);
        assertThat(meanwhile).allMatch(undisturbed::equals);
    }

    private LoraAdapter broken(Path adapter) throws IOException {
        Files.copy(adapter.resolve(CONFIG), dir.resolve(CONFIG));
        byte[] weights = Files.readAllBytes(adapter.resolve(WEIGHTS));
        ByteBuffer numbers = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
        int data = 8 + (int) numbers.getLong(0);
        for (int i = data; i < weights.length; i += 4) {
            numbers.putFloat(i, Float.NaN);
        }
        Files.write(dir.resolve(WEIGHTS), weights);
        return LoraAdapter.read(dir, engine.config());
    }

    private String read(String domain) throws IOException {
        ByteBuffer image = ByteBuffer.wrap(Files.readAllBytes(Golden.tiny("images/square_96x96.png")));
        engine.add(1, new PageRequest("page", image, Prompt.FREE_OCR, Mode.TINY, domain));
        List<FinishedPage> finished = new ArrayList<>();
        while (finished.isEmpty()) {
            finished.addAll(engine.step());
        }
        return ((PageOutcome.Read) finished.get(0).outcome()).reading().text();
    }
}
