package dev.scriptorium.model.parity;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.script.NetworkParts;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Maps tensors of every element type into libtorch, as weights are, and reads the same numbers back. */
final class TensorTypeCheck implements Check {
    private static final String PROBE = "dtype_probe";

    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
        JsonNode probe = golden.json(PROBE + ".json");
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                ScriptModule module = ScriptModule.load(
                        manager, List.of("common", "lora"), NetworkParts.products(Compute.cpu(DType.F32), true));
                SafetensorsReader reader = SafetensorsReader.open(golden.file(PROBE + ".safetensors"))) {
            findings.equal(
                    Aspect.TENSOR_TYPES,
                    PROBE + ": tensors",
                    probe.size(),
                    reader.entries().size());
            for (Map.Entry<String, JsonNode> tensor : probe.properties()) {
                String place = PROBE + ": tensor " + tensor.getKey();
                List<Long> shape = new ArrayList<>();
                golden.at(tensor.getValue(), "shape").forEach(dimension -> shape.add(dimension.asLong()));
                SafetensorsReader.Entry entry = reader.entries().get(tensor.getKey());
                findings.equal(Aspect.TENSOR_TYPES, place + ": shape", shape, entry == null ? "none" : entry.shape());
                if (entry != null) {
                    List<Double> expected = new ArrayList<>();
                    golden.at(tensor.getValue(), "values").forEach(value -> expected.add(number(value)));
                    findings.equal(Aspect.TENSOR_TYPES, place, expected, values(module, reader, entry));
                }
            }
        }
    }

    private static double number(JsonNode value) {
        return value.isBoolean() ? (value.asBoolean() ? 1 : 0) : value.asDouble();
    }

    private static List<Double> values(ScriptModule module, SafetensorsReader reader, SafetensorsReader.Entry entry)
            throws IOException {
        if (entry.bytes() == 0) {
            return List.of();
        }
        long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
        int type = entry.type().torch();
        List<Double> values = new ArrayList<>();
        try (NDArray mapped = module.wrap(reader.map(entry.name()), shape, type);
                NDArray wide = module.infer("cast", mapped, DType.F64.torch()).tensor(module.manager())) {
            for (double value : wide.toDoubleArray()) {
                values.add(value);
            }
        }
        return values;
    }
}
