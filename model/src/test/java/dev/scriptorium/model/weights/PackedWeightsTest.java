package dev.scriptorium.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.lora.MergedAdapter;
import dev.scriptorium.model.script.Network;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class PackedWeightsTest {
    /** Sums in another order, rounded to 8 bits again and again: far below what bfloat16 itself is off. */
    private static final double RELATIVE_ERROR = 0.01;

    private static final int PROMPT = 20;

    private static Network plain;
    private static Network packed;
    private static LoraAdapter adapter;

    @BeforeAll
    static void open() throws IOException {
        assumeTrue(ComputeType.multipliesBfloat16(), "packed weights need a processor that multiplies bfloat16");
        plain = Network.open(Golden.tiny("model"), DType.BF16);
        packed = Network.open(Golden.tiny("model"), DType.BF16);
        packed.pack();
        adapter = LoraAdapter.read(Golden.tiny("adapter_trained_aux"), plain.config());
    }

    @AfterAll
    static void close() {
        if (packed != null) {
            packed.close();
            plain.close();
        }
    }

    @Test
    void computesWhatPlainWeightsCompute() {
        assertThat(distance(logits(packed), logits(plain))).isLessThan(RELATIVE_ERROR);
    }

    @Test
    void aTwinUsesTheSameCopies() {
        try (Network twin = packed.twin()) {
            assertThat(logits(twin)).isEqualTo(logits(packed));
        }
    }

    @Test
    void anAdapterStandsBesidePackedWeights() {
        assertThat(distance(adapted(packed), adapted(plain))).isLessThan(RELATIVE_ERROR);
        assertThat(distance(adapted(packed), logits(packed))).isGreaterThan(2 * RELATIVE_ERROR);
    }

    @Test
    void aMergedAdapterIsPackedTooAndGoesWithoutATrace() {
        float[] before = logits(packed);
        float[] merged = merged(packed);
        assertThat(logits(packed)).isEqualTo(before);
        assertThat(distance(merged, merged(plain))).isLessThan(RELATIVE_ERROR);
        assertThat(distance(merged, before)).isGreaterThan(2 * RELATIVE_ERROR);
    }

    @Test
    void float32StaysPlain() throws IOException {
        try (Network exact = Network.open(Golden.tiny("model"), DType.F32)) {
            assertThatThrownBy(exact::pack)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("packed weights: a network in BF16 on cpu expected, one in F32 on cpu found");
        }
    }

    private static float[] merged(Network network) {
        MergedAdapter held = MergedAdapter.of(network, adapter);
        try {
            return logits(network);
        } finally {
            held.close();
        }
    }

    private static float[] adapted(Network network) {
        try (AdapterBank bank = new AdapterBank(network)) {
            bank.hold(Set.of(adapter));
            bank.choose(Optional.of(adapter));
            return logits(network);
        }
    }

    /** After a prompt, and after one more token: the ways of many rows and of one. */
    private static float[] logits(Network network) {
        int vocabulary = network.config().decoder().vocabulary();
        network.module()
                .train("make_cache", 1, PROMPT + 1, network.config().decoder().width())
                .discard();
        try (NDManager temporary = network.module().manager().newSubManager()) {
            long[] ids = new long[PROMPT];
            for (int i = 0; i < PROMPT; i++) {
                ids[i] = (37L * i + 11) % vocabulary;
            }
            NDArray embedded = network.module()
                    .infer("embed", temporary.create(ids, new Shape(1, PROMPT)))
                    .tensor(temporary);
            NDArray prefilled = network.module().infer("prefill", embedded, 0).tensor(temporary);
            NDArray decoded = network.module()
                    .infer(
                            "decode",
                            temporary.create(new long[] {5}),
                            temporary.create(new long[] {PROMPT}),
                            PROMPT + 1)
                    .tensor(temporary);
            return prefilled.concat(decoded).toFloatArray();
        }
    }

    private static double distance(float[] a, float[] b) {
        double error = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            error += Math.pow(a[i] - (double) b[i], 2);
            size += Math.pow(b[i], 2);
        }
        return Math.sqrt(error / size);
    }
}
