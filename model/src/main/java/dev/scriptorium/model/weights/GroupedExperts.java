package dev.scriptorium.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.ScriptModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The experts of each layer side by side in two tensors, which a few large products go through without the host knowing who
 * was chosen: what a GPU needs, where each small product costs a launch and each number on the host a wait. The experts' own
 * tensors become views of them, so that nothing is in memory twice.
 */
public final class GroupedExperts {
    /** The system property that says whether experts are grouped: {@code always}, {@code never}, or on GPUs alone. */
    public static final String PROPERTY = "scriptorium.group-experts";

    /**
     * Up to so many tokens every expert computes all of them. With 64 experts, six of them chosen, a step stays bound by
     * reading the weights up to some 140 tokens on an H200, and waits for no number from the device up to these.
     */
    public static final int ROWS = 512;

    private static final List<String> KINDS = List.of("gate_proj", "up_proj", "down_proj");

    private final ModelConfig.Decoder config;
    private final Map<String, NDArray> members;
    private final List<NDArray> gateUp;
    private final List<NDArray> down;

    private GroupedExperts(
            ModelConfig.Decoder config, Map<String, NDArray> members, List<NDArray> gateUp, List<NDArray> down) {
        this.config = config;
        this.members = members;
        this.gateUp = gateUp;
        this.down = down;
    }

    /** Whether experts are grouped that are computed there: {@value #PROPERTY} overrules. */
    public static boolean wanted(Compute compute) {
        return switch (System.getProperty(PROPERTY, "auto")) {
            case "always" -> true;
            case "never" -> false;
            case "auto" -> !compute.onCpu();
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + ": always, never or auto expected, '" + System.getProperty(PROPERTY) + "' found");
        };
    }

    /**
     * Groups the experts among weights, layer by layer, and closes those that it copied.
     *
     * @param weights of a decoder, by checkpoint name
     * @param owner of the copies
     */
    public static GroupedExperts of(
            ScriptModule module, ModelConfig.Decoder config, Map<String, NDArray> weights, NDManager owner) {
        return of(module, config, weights, Map.of(), owner);
    }

    /** @param kept what is not closed */
    private static GroupedExperts of(
            ScriptModule module,
            ModelConfig.Decoder config,
            Map<String, NDArray> weights,
            Map<String, NDArray> kept,
            NDManager owner) {
        Map<String, NDArray> members = new LinkedHashMap<>();
        List<NDArray> gateUp = new ArrayList<>();
        List<NDArray> down = new ArrayList<>();
        for (int layer = config.denseLayers(); weights.containsKey(name(layer, 0, KINDS.get(0))); layer++) {
            List<NDArray[]> plain = new ArrayList<>();
            for (String kind : KINDS) {
                NDArray[] each = new NDArray[config.experts()];
                for (int expert = 0; expert < each.length; expert++) {
                    each[expert] = weights.get(name(layer, expert, kind));
                }
                plain.add(each);
            }
            List<NDArray> group = module.train("group", plain.get(0), plain.get(1), plain.get(2))
                    .tensors(owner);
            gateUp.add(group.get(0));
            down.add(group.get(1));
            for (int expert = 0; expert < config.experts(); expert++) {
                List<NDArray> views = module.train("group_member", group.get(0), group.get(1), expert)
                        .tensors(owner);
                for (int kind = 0; kind < KINDS.size(); kind++) {
                    String name = name(layer, expert, KINDS.get(kind));
                    members.put(name, views.get(kind));
                    if (kept.get(name) != weights.get(name)) {
                        weights.get(name).close();
                    }
                }
            }
        }
        return new GroupedExperts(config, members, gateUp, down);
    }

    /** Weights with the groups' members in place of the experts that were grouped. */
    public Map<String, NDArray> in(Map<String, NDArray> weights) {
        Map<String, NDArray> all = new LinkedHashMap<>(weights);
        all.putAll(members);
        return all;
    }

    /**
     * Has a module compute with these groups, or, where an expert is another, with groups that are made for it.
     *
     * @param weights what the module shall compute with; experts that are not of these groups are copied and closed
     * @param owner of what is grouped now
     * @return the weights, experts as members of groups
     */
    public Map<String, NDArray> use(ScriptModule module, Map<String, NDArray> weights, NDManager owner) {
        boolean own = members.entrySet().stream().allMatch(member -> weights.get(member.getKey()) == member.getValue());
        GroupedExperts used = own ? this : of(module, config, weights, members, owner);
        module.put("group_gate_up", used.gateUp);
        module.put("group_down", used.down);
        return used.in(weights);
    }

    private static String name(int layer, int expert, String kind) {
        return "model.layers." + layer + ".mlp.experts." + expert + "." + kind + ".weight";
    }
}
