package dev.scriptorium.model.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LoraAdapterTest {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";

    @TempDir
    private Path dir;

    private ModelConfig base;

    @BeforeEach
    void copyAnAdapter() throws IOException {
        base = ModelConfig.read(Golden.tiny("model"));
        for (String file : new String[] {CONFIG, WEIGHTS}) {
            Files.copy(Golden.tiny("adapter_init").resolve(file), dir.resolve(file));
        }
    }

    @Test
    void readsWhatPeftWrote() throws IOException {
        LoraAdapter adapter = LoraAdapter.read(dir, base);

        assertThat(adapter.config().rank()).isEqualTo(4);
        assertThat(adapter.config().scale()).isEqualTo(1);
        assertThat(adapter.config().targetModules()).isEqualTo(LoraConfig.DECODER_TARGETS);
        assertThat(adapter.modules()).hasSize(69);
        assertThat(adapter.parameters()).isEqualTo(30_336);
    }

    @Test
    void isNamedAfterItsFiles() throws IOException {
        String id = LoraAdapter.read(dir, base).id();
        assertThat(id).hasSize(64);
        assertThat(LoraAdapter.read(Golden.tiny("adapter_init"), base).id()).isEqualTo(id);
        assertThat(LoraAdapter.read(Golden.tiny("adapter_trained_aux"), base).id())
                .isNotEqualTo(id);
    }

    @Test
    void aConfigComesBackAsItWasWritten() throws IOException {
        LoraConfig config = new LoraConfig(8, 12.5, true, LoraConfig.VISION_TARGETS, "some/model");
        config.write(dir);

        assertThat(LoraConfig.read(dir)).isEqualTo(config);
        assertThat(config.scale()).isEqualTo(12.5 / Math.sqrt(8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use_dora | true | use_dora false expected, true found",
                "bias | \"all\" | bias none expected, \"all\" found",
                "peft_type | \"LOHA\" | peft_type LORA expected, \"LOHA\" found",
                "modules_to_save | [\"lm_head\"] | modules_to_save: nothing expected, [\"lm_head\"] found",
                "rank_pattern | {\"q_proj\": 8} | rank_pattern: nothing expected, {\"q_proj\":8} found",
                "r | 0 | r: 1 to 1024 expected, 0 found",
                "lora_alpha | -1 | lora_alpha: a number above 0 expected, -1.0 found",
                "target_modules | [] | target_modules: at least one expected, none found"
            })
    void refusesVariantsThatWouldReadDifferently(String key, String value, String message) throws IOException {
        editConfig(root -> root.set(key, parse(value)));

        assertThatThrownBy(() -> LoraAdapter.read(dir, base))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage(dir.resolve(CONFIG) + ": " + message);
    }

    @Test
    void refusesAnAdapterOfAnotherRank() throws IOException {
        editConfig(root -> root.put("r", 8));

        assertThatThrownBy(() -> LoraAdapter.read(dir, base))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("shape [8, ")
                .hasMessageContaining("expected, [4, ");
    }

    @Test
    void refusesAnAdapterOfAnotherBase() {
        assertThatThrownBy(() -> LoraAdapter.read(dir, ModelConfig.published()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("expected, [4, ");
    }

    @Test
    void refusesHalfAPair() throws IOException {
        new SafetensorsWriter()
                .put(
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
                        DType.F32,
                        new long[] {4, 64},
                        new float[256])
                .write(dir.resolve(WEIGHTS));

        assertThatThrownBy(() -> LoraAdapter.read(dir, base))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage(
                        dir.resolve(WEIGHTS)
                                + ": tensor base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight expected, none found");
    }

    @Test
    void refusesATensorThatStandsBesideNothing() throws IOException {
        new SafetensorsWriter()
                .put(
                        "base_model.model.model.layers.0.mlp.router.lora_A.weight",
                        DType.F32,
                        new long[] {4, 64},
                        new float[256])
                .write(dir.resolve(WEIGHTS));

        assertThatThrownBy(() -> LoraAdapter.read(dir, base))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("layers.0.mlp.router.lora_A.weight: lora_A or lora_B of a linear of the base");
    }

    @Test
    void refusesAFileThatIsCutShort() throws IOException {
        byte[] bytes = Files.readAllBytes(dir.resolve(WEIGHTS));
        Files.write(dir.resolve(WEIGHTS), Arrays.copyOf(bytes, bytes.length / 2));

        assertThatThrownBy(() -> LoraAdapter.read(dir, base)).isInstanceOf(ModelFormatException.class);
    }

    private void editConfig(Consumer<ObjectNode> edit) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = (ObjectNode) json.readTree(Files.readAllBytes(dir.resolve(CONFIG)));
        edit.accept(root);
        json.writeValue(dir.resolve(CONFIG).toFile(), root);
    }

    private static JsonNode parse(String value) {
        try {
            return new ObjectMapper().readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
