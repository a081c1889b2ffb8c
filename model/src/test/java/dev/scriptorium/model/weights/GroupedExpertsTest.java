package dev.scriptorium.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.lora.MergedAdapter;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.NetworkParts;
import dev.scriptorium.model.script.ScriptModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class GroupedExpertsTest {
    private static final float TOLERANCE = 1e-5f;
    private static final int RANKS = 5;

    /** What makes the host wait for a GPU: a number, or a shape that only the data tells. */
    private static final Set<String> WAITS = Set.of(
            "aten::item",
            "aten::_local_scalar_dense",
            "aten::is_nonzero",
            "aten::nonzero",
            "aten::masked_select",
            "aten::bincount",
            "aten::equal",
            "aten::tensor",
            "aten::_unique2",
            "aten::to_dense");

    private static NDManager manager;
    private static Variant plain;
    /** Every expert computes every token. */
    private static Variant all;
    /** Tokens sorted by expert. */
    private static Variant sorted;

    private record Variant(ScriptModule module, Map<String, NDArray> weights) {
        static Variant open(boolean groups, int rows) throws IOException {
            try (Checkpoint checkpoint = Checkpoint.open(Golden.tiny("model"))) {
                Map<String, Object> constants =
                        NetworkParts.constants(checkpoint.config(), Compute.cpu(DType.F32), false);
                constants.put("group_rows", rows);
                ScriptModule module = ScriptModule.load(manager, NetworkParts.INFERENCE, constants);
                Map<String, NDArray> weights = WeightLoader.load(module, checkpoint, DType.F32);
                if (groups) {
                    GroupedExperts experts =
                            GroupedExperts.of(module, checkpoint.config().decoder(), weights, module.manager());
                    weights = experts.use(module, experts.in(weights), module.manager());
                    WeightLoader.assign(module, weights);
                }
                return new Variant(module, weights);
            }
        }

        /** x (B, T, H) through the first layer with experts. */
        float[] feedForward(float[] x, int sequences, int tokens, int width) {
            try (NDManager temporary = module.manager().newSubManager()) {
                return module.infer("feed_forward", temporary.create(x, new Shape(sequences, tokens, width)), 1)
                        .tensor(temporary)
                        .toFloatArray();
            }
        }

        void adapt(List<float[]> a, List<float[]> b, List<String> names, float[] share, int rows) {
            List<NDArray> adapted = new ArrayList<>();
            List<NDArray> as = new ArrayList<>();
            List<NDArray> bs = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                NDArray weight = weights.get(names.get(i));
                long[] shape = weight.getShape().getShape();
                adapted.add(weight);
                as.add(module.manager()
                        .create(a.get(i), new Shape(RANKS, shape[1]))
                        .duplicate());
                bs.add(module.manager()
                        .create(b.get(i), new Shape(shape[0], RANKS))
                        .duplicate());
            }
            module.train("load_adapters", array(adapted), array(as), array(bs)).discard();
            module.train("group_adapters").discard();
            Shape shape = rows == 1 ? new Shape(RANKS) : new Shape(rows, RANKS);
            NDArray[] shares = share.length == 0
                    ? new NDArray[0]
                    : new NDArray[] {module.manager().create(share, shape)};
            module.train("share_adapters", (Object) shares).discard();
        }

        private static NDArray[] array(List<NDArray> tensors) {
            return tensors.toArray(NDArray[]::new);
        }
    }

    @BeforeAll
    static void open() throws IOException {
        manager = NDManager.newBaseManager();
        plain = Variant.open(false, 0);
        all = Variant.open(true, 1 << 20);
        sorted = Variant.open(true, 0);
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void computeWhatExpertsOneByOneCompute(long seed) {
        Random random = new Random(seed);
        int sequences = 1 + random.nextInt(4);
        int tokens = random.nextBoolean() ? 1 : 1 + random.nextInt(90);
        int width = hidden();
        float[] x = numbers(random, sequences * tokens * width, 1);
        boolean adapted = seed > 2;
        if (adapted) {
            List<String> names = all.weights().keySet().stream()
                    .filter(name -> name.matches(
                            seed > 4 ? ".*mlp.*_proj.weight" : "model.layers.1.mlp.*experts.*(up|down)_proj.weight"))
                    .sorted()
                    .toList();
            List<float[]> a = new ArrayList<>();
            List<float[]> b = new ArrayList<>();
            for (String name : names) {
                long[] shape = all.weights().get(name).getShape().getShape();
                a.add(numbers(random, Math.toIntExact(RANKS * shape[1]), 0.3f));
                b.add(numbers(random, Math.toIntExact(shape[0] * RANKS), 0.3f));
            }
            // alike for all, or one a sequence
            int rows = seed % 2 == 0 ? sequences : 1;
            float[] share = numbers(random, rows * RANKS, 1);
            List.of(plain, all, sorted).forEach(variant -> variant.adapt(a, b, names, share, rows));
        }
        float[] expected = plain.feedForward(x, sequences, tokens, width);
        assertThat(all.feedForward(x, sequences, tokens, width)).containsExactly(expected, within(expected));
        assertThat(sorted.feedForward(x, sequences, tokens, width)).containsExactly(expected, within(expected));
        List.of(plain, all, sorted).forEach(variant -> variant.adapt(List.of(), List.of(), List.of(), new float[0], 1));
        if (adapted) {
            assertThat(plain.feedForward(x, sequences, tokens, width)).isNotEqualTo(expected);
        }
    }

    @Test
    void aMergedAdapterIsGroupedTooAndGoesWithoutATrace() throws IOException {
        try (Network network = Network.open(Golden.tiny("model"), DType.F32);
                Network other = Network.open(Golden.tiny("model"), DType.F32)) {
            network.group();
            assertThat(network.groups()).isTrue();
            LoraAdapter adapter = LoraAdapter.read(Golden.tiny("adapter_trained_aux"), network.config());
            float[] before = logits(network);
            float[] merged = merged(network, adapter);
            float[] expected = merged(other, adapter);
            assertThat(merged).containsExactly(expected, within(expected)).isNotEqualTo(before);
            assertThat(logits(network)).isEqualTo(before);
            try (Network twin = network.twin()) {
                assertThat(logits(twin)).isEqualTo(before);
            }
        }
    }

    /** libtorch's own profile of a step: every operator that ran. */
    @Test
    void aStepOfDecodingWaitsForNothing(@TempDir Path dir) throws IOException {
        Set<String> grouped = stepOf(all, dir.resolve("all.json"));
        assertThat(grouped).contains("aten::topk", "aten::linear").doesNotContainAnyElementsOf(WAITS);
        assertThat(stepOf(plain, dir.resolve("plain.json"))).contains("aten::bincount");
        assertThat(stepOf(sorted, dir.resolve("sorted.json"))).contains("aten::item", "aten::_local_scalar_dense");
    }

    /** Two sequences, of one and of two blocks of 4 positions, and a ban. */
    private static Set<String> stepOf(Variant variant, Path profile) throws IOException {
        ScriptModule module = variant.module();
        module.train("make_cache", 3, 4, hidden()).discard();
        try (NDManager temporary = module.manager().newSubManager()) {
            long[] ids = {7, 9};
            long[] positions = {2, 5};
            long[] blocks = {0, 0, 1, 2, /* owner */ 0, 1, 1, /* entry */ 0, 2, 3};
            long[] bans = {1, 1, /* ids */ 3, 4};
            NDArray numbers = module.numbers(temporary, join(ids, positions, blocks, bans));
            JniUtils.startProfile(false, false, false);
            NDArray chosen = module.infer("next_tokens", numbers, 2, 1, 0, 2, 3).tensor(temporary);
            JniUtils.stopProfile(profile.toString());
            assertThat(chosen.toDoubleArray()).hasSize(4).doesNotContain(Double.NaN);
        }
        Set<String> operators = new TreeSet<>();
        for (JsonNode event : Golden.json(profile)) {
            operators.add(event.get("name").asText());
        }
        return operators;
    }

    private static long[] join(long[]... parts) {
        return List.of(parts).stream().flatMapToLong(java.util.Arrays::stream).toArray();
    }

    private static float[] merged(Network network, LoraAdapter adapter) {
        try (MergedAdapter held = MergedAdapter.of(network, adapter)) {
            assertThat(held).isNotNull();
            return logits(network);
        }
    }

    private static float[] logits(Network network) {
        ScriptModule module = network.module();
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray ids = module.numbers(temporary, 3, 14, 15, 92, 65).reshape(1, 5);
            NDArray embedded = module.infer("embed", ids).tensor(temporary);
            return module.infer("prefill", embedded, -1).tensor(temporary).toFloatArray();
        }
    }

    private static int hidden() {
        return Math.toIntExact(
                plain.weights().get("model.norm.weight").getShape().get(0));
    }

    private static float[] numbers(Random random, int count, float size) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = size * (float) random.nextGaussian();
        }
        return values;
    }

    private static org.assertj.core.data.Offset<Float> within(float[] expected) {
        float largest = 1;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        return org.assertj.core.data.Offset.offset(TOLERANCE * largest);
    }
}
