package dev.scriptorium.model.lora;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.TensorShapes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which linears of a network an adapter stands beside. */
public final class LoraModules {
    private static final String WEIGHT = ".weight";

    private LoraModules() {}

    /**
     * A linear.
     *
     * @param out rows of its weight
     * @param in columns of its weight
     */
    public record Size(long out, long in) {
        /** Numbers that an adapter of this rank has here. */
        public long parameters(int rank) {
            return rank * (out + in);
        }
    }

    /** All linears of a network by module name: the weight's name without {@code .weight}. */
    public static Map<String, Size> linears(ModelConfig config) {
        Map<String, Size> linears = new LinkedHashMap<>();
        TensorShapes.of(config).forEach((name, shape) -> {
            if (TensorShapes.isLinear(name, shape.size())) {
                linears.put(name.substring(0, name.length() - WEIGHT.length()), new Size(shape.get(0), shape.get(1)));
            }
        });
        return linears;
    }

    /**
     * The linears that target modules name. As in PEFT, a name stands for every module of this name, and
     * for every one that ends with a dot and it.
     *
     * @throws IllegalArgumentException if a name stands for no linear
     */
    public static Map<String, Size> matching(ModelConfig config, List<String> targets) {
        Map<String, Size> linears = linears(config);
        for (String target : targets) {
            if (linears.keySet().stream().noneMatch(module -> matches(module, target))) {
                throw new IllegalArgumentException(
                        "target module " + target + ": the end of a linear's name expected, none found");
            }
        }
        Map<String, Size> chosen = new LinkedHashMap<>(linears);
        chosen.keySet().removeIf(module -> targets.stream().noneMatch(target -> matches(module, target)));
        return chosen;
    }

    /** Numbers that training an adapter changes. */
    public static long parameters(Map<String, Size> modules, int rank) {
        return modules.values().stream()
                .mapToLong(size -> size.parameters(rank))
                .sum();
    }

    private static boolean matches(String module, String target) {
        return module.equals(target) || module.endsWith("." + target);
    }
}
