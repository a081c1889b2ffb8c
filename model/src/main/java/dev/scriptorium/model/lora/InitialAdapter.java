package dev.scriptorium.model.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.DType;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.SplittableRandom;

/** The numbers that a training begins with, in a row. */
final class InitialAdapter {
    private InitialAdapter() {}

    /** Those of a new adapter: A uniform within 1 / sqrt(inputs), B 0. */
    static float[] numbers(Map<String, LoraModules.Size> modules, int rank, long seed) {
        float[] row = new float[Math.toIntExact(LoraModules.parameters(modules, rank))];
        SplittableRandom random = new SplittableRandom(seed);
        new NumberRow(modules, rank).forEach((name, shape, from, to) -> {
            if (name.contains(".lora_A.")) {
                double bound = 1 / Math.sqrt((double) shape[1]);
                for (int i = from; i < to; i++) {
                    row[i] = (float) (bound * (2 * random.nextDouble() - 1));
                }
            }
        });
        return row;
    }

    /**
     * Those of an adapter.
     *
     * @throws IllegalArgumentException if it has other modules than its own config names
     */
    static float[] numbers(Map<String, LoraModules.Size> modules, LoraAdapter adapter, ScriptModule module) {
        if (!adapter.modules().keySet().equals(modules.keySet())) {
            throw new IllegalArgumentException("adapter " + adapter.id() + ": the " + modules.size()
                    + " modules that its config names expected, "
                    + adapter.modules().size() + " found");
        }
        FloatBuffer row = FloatBuffer.allocate(Math.toIntExact(adapter.parameters()));
        for (String name : modules.keySet()) {
            LoraAdapter.Pair pair = adapter.modules().get(name);
            row.put(floats(pair.a(), module)).put(floats(pair.b(), module));
        }
        return row.array();
    }

    private static float[] floats(LoraAdapter.Matrix matrix, ScriptModule module) {
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray stored = AdapterBank.tensor(module, matrix, temporary);
            return module.train("cast", stored, DType.F32.torch())
                    .tensor(temporary)
                    .toFloatArray();
        }
    }
}
