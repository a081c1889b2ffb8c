package dev.scriptorium.trainer.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.NetworkParts;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsReader;
import dev.scriptorium.model.weights.SafetensorsWriter;
import dev.scriptorium.model.weights.TensorShapes;
import dev.scriptorium.model.weights.WeightLoader;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Weights and moments of a run in float32, inside the script module that trains them. Can be written to
 * a file and read back to the bit, which is what makes a run resumable.
 */
final class TrainingState implements AutoCloseable {
    private static final String MOMENTUM = "momentum.";
    private static final String FIRST = "first_moment.";
    private static final String SECOND = "second_moment.";

    private final ScriptModule module;
    private final Map<String, NDArray> weights = new LinkedHashMap<>();
    private final List<String> matrices = new ArrayList<>();
    private final List<String> vectors = new ArrayList<>();
    private final Map<String, NDArray> moments = new LinkedHashMap<>();

    private TrainingState(NDManager parent, ModelConfig config, Compute compute) {
        Map<String, Object> constants = NetworkParts.constants(config, compute, true);
        constants.put("bos", config.decoder().bos());
        constants.put("guided_heads", 2);
        module = ScriptModule.load(parent, NetworkParts.PRETRAINING, constants);
    }

    /** Fresh weights from a seed. */
    static TrainingState fresh(NDManager parent, ModelConfig config, Compute compute, long seed) {
        TrainingState state = new TrainingState(parent, config, compute);
        SplittableRandom random = new SplittableRandom(seed);
        shapes(config).forEach((name, shape) -> state.add(name, shape, InitialWeights.of(name, shape, random.split())));
        state.start(Map.of());
        return state;
    }

    /** The weights of a model folder, without moments: where another run ended, this one begins. */
    static TrainingState from(NDManager parent, ModelConfig config, Compute compute, Path dir, long seed)
            throws IOException {
        TrainingState state = new TrainingState(parent, config, compute);
        SplittableRandom random = new SplittableRandom(seed);
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            for (Map.Entry<String, List<Long>> tensor : shapes(config).entrySet()) {
                String name = tensor.getKey();
                float[] values = checkpoint.names().contains(name)
                        ? checkpoint.floats(name)
                        : InitialWeights.of(name, tensor.getValue(), random.split());
                state.add(name, tensor.getValue(), values);
            }
        }
        state.start(Map.of());
        return state;
    }

    /** Weights and moments from a file that {@link #save} wrote. */
    static TrainingState read(NDManager parent, ModelConfig config, Compute compute, Path file) throws IOException {
        TrainingState state = new TrainingState(parent, config, compute);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (Map.Entry<String, List<Long>> tensor : shapes(config).entrySet()) {
                state.add(tensor.getKey(), tensor.getValue(), floats(reader, tensor.getKey()));
            }
            Map<String, float[]> moments = new LinkedHashMap<>();
            for (String name : reader.entries().keySet()) {
                if (name.startsWith(MOMENTUM) || name.startsWith(FIRST) || name.startsWith(SECOND)) {
                    moments.put(name, floats(reader, name));
                }
            }
            state.start(moments);
        }
        return state;
    }

    /** Names and shapes of all weights: the network's and the readers'. */
    private static Map<String, List<Long>> shapes(ModelConfig config) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>(TensorShapes.of(config));
        shapes.putAll(TensorShapes.readers(config));
        return shapes;
    }

    ScriptModule module() {
        return module;
    }

    /** Everything, exactly. */
    void save(Path file, Map<String, String> metadata) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        weights.forEach((name, tensor) -> put(writer, name, tensor, DType.F32));
        moments.forEach((name, tensor) -> put(writer, name, tensor, DType.F32));
        writer.write(file);
    }

    /** The weights as a checkpoint in bfloat16. */
    void export(Path file, Map<String, String> metadata) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        metadata.forEach(writer::metadata);
        weights.forEach((name, tensor) -> put(writer, name, tensor, DType.BF16));
        writer.write(file);
    }

    long parameters() {
        return weights.values().stream().mapToLong(NDArray::size).sum();
    }

    @Override
    public void close() {
        module.close();
    }

    private void add(String name, List<Long> shape, float[] values) {
        long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
        try (NDArray source = module.manager().create(values, new Shape(dimensions))) {
            weights.put(name, module.train("leaf", source).tensor(module.manager()));
        }
        (InitialWeights.isMatrix(name, shape) ? matrices : vectors).add(name);
    }

    private void start(Map<String, float[]> saved) {
        WeightLoader.assign(module, weights);
        module.put("matrices", matrices.stream().map(weights::get).toList());
        module.put("vectors", vectors.stream().map(weights::get).toList());
        module.put("momentum", moments(MOMENTUM, matrices, saved));
        module.put("first_moment", moments(FIRST, vectors, saved));
        module.put("second_moment", moments(SECOND, vectors, saved));
    }

    private List<NDArray> moments(String prefix, List<String> names, Map<String, float[]> saved) {
        List<NDArray> list = new ArrayList<>();
        for (String name : names) {
            NDArray zeros = module.train("zeros_like", weights.get(name)).tensor(module.manager());
            float[] values = saved.get(prefix + name);
            if (values != null) {
                zeros.set(FloatBuffer.wrap(values));
            }
            moments.put(prefix + name, zeros);
            list.add(zeros);
        }
        return list;
    }

    private static void put(SafetensorsWriter writer, String name, NDArray tensor, DType type) {
        writer.put(name, type, tensor.getShape().getShape(), tensor.toFloatArray());
    }

    private static float[] floats(SafetensorsReader reader, String name) throws IOException {
        FloatBuffer buffer = reader.map(name).asFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
