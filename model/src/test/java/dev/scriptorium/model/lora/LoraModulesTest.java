package dev.scriptorium.model.lora;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.ModelConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LoraModulesTest {
    /** From the log of the experiment that this repeats. */
    private static final long SEED_PARAMETERS = 77_509_632;

    @Test
    void theSeedsAdapterTrainsAsManyNumbersAsItsLogSays() {
        Map<String, LoraModules.Size> modules =
                LoraModules.matching(ModelConfig.published(), LoraConfig.DECODER_TARGETS);

        assertThat(modules).hasSize(48 + 3 + 11 * (64 * 3 + 3));
        assertThat(LoraModules.parameters(modules, 16)).isEqualTo(SEED_PARAMETERS);
    }

    @Test
    void theShapesAreThoseOfTheRealCheckpoint() {
        JsonNode tensors = Golden.json(Golden.real("tensors.json"));
        LoraModules.linears(ModelConfig.published()).forEach((module, size) -> {
            JsonNode shape = tensors.get(module + ".weight");
            assertThat(List.of(shape.get(0).asLong(), shape.get(1).asLong()))
                    .as(module)
                    .containsExactly(size.out(), size.in());
        });
    }

    @Test
    void targetsNameTheVisionEncodersLinearsToo() throws IOException {
        ModelConfig tiny = ModelConfig.read(Golden.tiny("model"));
        Map<String, LoraModules.Size> vision = LoraModules.matching(tiny, LoraConfig.VISION_TARGETS);

        assertThat(vision).hasSize(4 * 4 + 3 * 4 + 1);
        assertThat(vision.keySet())
                .contains("model.projector.layers", "model.sam_model.blocks.3.attn.qkv")
                .noneMatch(module -> module.startsWith("model.layers."));
        List<String> all = Stream.concat(LoraConfig.VISION_TARGETS.stream(), LoraConfig.DECODER_TARGETS.stream())
                .toList();
        assertThat(LoraModules.matching(tiny, all)).hasSize(29 + 69);
    }

    @Test
    void neitherTablesNorTheRouterAreLinears() {
        assertThat(LoraModules.linears(ModelConfig.published()).keySet())
                .noneMatch(module -> module.contains("embed") || module.endsWith("mlp.gate"));
    }

    @Test
    void refusesATargetThatIsNoLinear() {
        assertThatThrownBy(() -> LoraModules.matching(ModelConfig.published(), List.of("q_proj", "proj_q")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("target module proj_q: the end of a linear's name expected, none found");
    }
}
