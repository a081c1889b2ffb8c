package dev.scriptorium.worker;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.lora.LoraModules;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Adapters in PEFT's files with drawn numbers. */
final class PeftAdapter {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final List<String> TARGETS = List.of("q_proj", "v_proj", "o_proj", "up_proj", "down_proj");

    private PeftAdapter() {}

    /**
     * Writes one into a folder, and reads it.
     *
     * @param strength of its numbers: 1.5 changes what is read, whatever that is then; 0.1 does not
     */
    static LoraAdapter draw(Path dir, ModelConfig base, int rank, double strength, long seed) throws IOException {
        Files.createDirectories(dir);
        Files.writeString(
                dir.resolve(CONFIG),
                "{\"peft_type\": \"LORA\", \"r\": " + rank + ", \"lora_alpha\": " + rank + ", \"target_modules\": ["
                        + TARGETS.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", ")) + "]}");
        Random random = new Random(seed);
        SafetensorsWriter weights = new SafetensorsWriter();
        LoraModules.matching(base, TARGETS).forEach((module, size) -> {
            String name = "base_model.model." + module;
            put(weights, name + ".lora_A.weight", rank, size.in(), strength, random);
            put(weights, name + ".lora_B.weight", size.out(), rank, strength, random);
        });
        weights.write(dir.resolve(WEIGHTS));
        return LoraAdapter.read(dir, base);
    }

    private static void put(
            SafetensorsWriter weights, String name, long rows, long columns, double strength, Random random) {
        float[] numbers = new float[(int) (rows * columns)];
        double scale = strength / Math.sqrt((double) columns);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (scale * random.nextGaussian());
        }
        weights.put(name, DType.F32, new long[] {rows, columns}, numbers);
    }
}
