package dev.scriptorium.model.weights;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WeightLoaderTest {
    @Test
    void ordersByNumberNotByText() {
        Set<String> names = Set.of(
                "model.layers.10.mlp.experts.2.up_proj.weight",
                "model.layers.2.mlp.experts.11.up_proj.weight",
                "model.layers.2.mlp.experts.3.up_proj.weight",
                "model.layers.2.mlp.gate.weight");

        assertThat(WeightLoader.matching("model.layers.{i}.mlp.experts.{e}.up_proj.weight", names))
                .containsExactly(
                        "model.layers.2.mlp.experts.3.up_proj.weight",
                        "model.layers.2.mlp.experts.11.up_proj.weight",
                        "model.layers.10.mlp.experts.2.up_proj.weight");
    }

    @Test
    void takesDotsLiterally() {
        assertThat(WeightLoader.matching("model.norm.weight", List.of("model.norm.weight", "model_norm.weight")))
                .containsExactly("model.norm.weight");
    }
}
