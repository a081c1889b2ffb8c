package dev.scriptorium.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CheckpointTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SHARD = "model-00001-of-000001.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    private Path dir;

    @Test
    void knowsEveryTensorOfTheRealCheckpoint() throws IOException {
        ModelConfig config =
                ModelConfig.read(Golden.real("config.json").getParent()).withNeck(256);
        assertThat(TensorShapes.of(config)).hasSize(2710).isEqualTo(realShapes());
    }

    @Test
    void opensACheckpointOfTheRealSize() throws IOException {
        Files.copy(Golden.real("config.json"), dir.resolve("config.json"));
        ObjectNode header = JSON.createObjectNode();
        long end = 0;
        for (Map.Entry<String, List<Long>> tensor : realShapes().entrySet()) {
            long begin = end;
            end += 2 * tensor.getValue().stream().reduce(1L, Math::multiplyExact);
            describe(header, tensor.getKey(), "BF16", tensor.getValue(), begin, end);
        }
        assertThat(end).isEqualTo(6_672_212_480L);
        byte[] json = JSON.writeValueAsBytes(header);
        Path file = SafetensorsFile.write(dir.resolve("model.safetensors"), json.length, json, new byte[0]);
        // A hole, not six gigabytes: opening looks at the header alone.
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(8 + json.length + end);
        }
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            assertThat(checkpoint.names()).hasSize(2710);
            assertThat(checkpoint.config().sam().neck()).isEqualTo(256);
            assertThat(checkpoint.map("lm_head.weight").remaining()).isEqualTo(129280 * 1280 * 2);
        }
    }

    private static Map<String, List<Long>> realShapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        Golden.json(Golden.real("tensors.json")).properties().forEach(tensor -> {
            List<Long> shape = new ArrayList<>();
            tensor.getValue().forEach(dimension -> shape.add(dimension.asLong()));
            shapes.put(tensor.getKey(), shape);
        });
        return shapes;
    }

    @Test
    void opensTheTinyCheckpointsThroughTheirIndex() throws IOException {
        for (String model : List.of("model", "model_bf16")) {
            try (Checkpoint checkpoint = Checkpoint.open(Golden.tiny(model))) {
                assertThat(checkpoint.entry("model.norm.weight").shape()).containsExactly(64L);
                assertThat(checkpoint.digest()).matches("[0-9a-f]{64}");
            }
        }
    }

    @Test
    void opensASingleFileAndSeveralShardsAlike() throws IOException {
        copyTiny();
        Path shard = dir.resolve(SHARD);
        Files.delete(dir.resolve(INDEX));
        Files.move(shard, dir.resolve("model.safetensors"));
        try (Checkpoint single = Checkpoint.open(dir);
                Checkpoint original = Checkpoint.open(Golden.tiny("model"))) {
            assertThat(single.names()).isEqualTo(original.names());
        }

        Tiny tiny = Tiny.read(dir.resolve("model.safetensors"));
        ObjectNode first = tiny.header.deepCopy();
        ObjectNode second = JSON.createObjectNode();
        second.set("lm_head.weight", first.remove("lm_head.weight"));
        tiny.write(dir.resolve("a.safetensors"), first);
        tiny.write(dir.resolve("b.safetensors"), second);
        Files.delete(dir.resolve("model.safetensors"));
        ObjectNode map = JSON.createObjectNode();
        first.fieldNames().forEachRemaining(name -> map.put(name, "a.safetensors"));
        map.put("lm_head.weight", "b.safetensors");
        Files.write(
                dir.resolve(INDEX),
                JSON.writeValueAsBytes(JSON.createObjectNode().set("weight_map", map)));
        try (Checkpoint sharded = Checkpoint.open(dir)) {
            assertThat(sharded.entry("lm_head.weight").shape()).containsExactly(512L, 64L);
        }
    }

    @Test
    void ignoresThePositionBufferOfResavedCopies() throws IOException {
        changeHeader(
                header -> describe(header, "model.vision_model.embeddings.position_ids", "I64", List.of(1L, 0L), 0, 0));
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            assertThat(checkpoint.names()).doesNotContain("model.vision_model.embeddings.position_ids");
        }
    }

    @Test
    void namesATensorOfTheWrongShape() throws IOException {
        changeHeader(header -> ((ObjectNode) header.get("model.projector.layers.weight"))
                .set("shape", JSON.createArrayNode().add(96).add(64)));
        assertRefused(SHARD + ": tensor model.projector.layers.weight: shape [64, 96] expected, [96, 64] found");
    }

    @Test
    void namesATensorThatIsMissing() throws IOException {
        changeHeader(header -> header.remove("model.layers.2.mlp.experts.7.up_proj.weight"));
        assertRefused("tensor model.layers.2.mlp.experts.7.up_proj.weight expected, none found");
    }

    @Test
    void namesATensorThatIsUnknown() throws IOException {
        changeHeader(header -> describe(header, "model.layers.3.mlp.gate.weight", "F32", List.of(0L), 0, 0));
        assertRefused("tensor model.layers.3.mlp.gate.weight: one of the ", "an unknown one found");
    }

    @Test
    void namesATensorOfTheWrongType() throws IOException {
        changeHeader(header -> ((ObjectNode) header.get("model.norm.weight")).put("dtype", "I32"));
        assertRefused("tensor model.norm.weight: F32, F16 or BF16 expected, I32 found");
    }

    @Test
    void namesATensorThatStandsInTwoShards() throws IOException {
        copyTiny();
        Files.copy(dir.resolve(SHARD), dir.resolve("again.safetensors"));
        ObjectNode index = (ObjectNode) JSON.readTree(dir.resolve(INDEX).toFile());
        ((ObjectNode) index.get("weight_map")).put("model.norm.weight", "again.safetensors");
        Files.write(dir.resolve(INDEX), JSON.writeValueAsBytes(index));
        assertRefused("in one shard expected, also found in");
    }

    @Test
    void namesAShardThatIsMissingOrElsewhere() throws IOException {
        for (String shard : List.of("absent.safetensors", "../outside.safetensors", "/etc/hosts", "")) {
            copyTiny();
            ObjectNode index = (ObjectNode) JSON.readTree(dir.resolve(INDEX).toFile());
            ((ObjectNode) index.get("weight_map")).put("model.norm.weight", shard);
            Files.write(dir.resolve(INDEX), JSON.writeValueAsBytes(index));
            assertRefused(INDEX + ": tensor model.norm.weight: ", shard, "expected");
        }
    }

    @Test
    void namesAFolderWithoutWeights() throws IOException {
        copyTiny();
        Files.delete(dir.resolve(INDEX));
        assertRefused("model.safetensors or " + INDEX + " expected, neither found");
        Files.writeString(dir.resolve(INDEX), "{\"weight_map\": {}}");
        assertRefused(INDEX + ": weight_map with at least one tensor expected, none found");
        Files.writeString(dir.resolve(INDEX), "{\"weight_map\": ");
        assertRefused(INDEX + ": JSON expected");
    }

    @Test
    void refusesWeightsThatWereCut() throws IOException {
        copyTiny();
        byte[] whole = Files.readAllBytes(dir.resolve(SHARD));
        Files.write(dir.resolve(SHARD), Arrays.copyOf(whole, whole.length - 1));
        assertRefused(SHARD + ": tensor ", "0 <= begin <= end <= ", "expected, data_offsets [");
    }

    private void assertRefused(String... messageParts) {
        assertThatThrownBy(() -> Checkpoint.open(dir).close())
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll(messageParts);
    }

    private void copyTiny() throws IOException {
        try (Stream<Path> files = Files.list(Golden.tiny("model"))) {
            for (Path file : files.toList()) {
                Files.write(dir.resolve(file.getFileName().toString()), Files.readAllBytes(file));
            }
        }
    }

    private void changeHeader(Consumer<ObjectNode> change) throws IOException {
        copyTiny();
        Tiny tiny = Tiny.read(dir.resolve(SHARD));
        change.accept(tiny.header);
        tiny.write(dir.resolve(SHARD), tiny.header);
    }

    private static void describe(ObjectNode header, String name, String type, List<Long> shape, long begin, long end) {
        ObjectNode tensor = header.putObject(name).put("dtype", type);
        shape.forEach(tensor.putArray("shape")::add);
        tensor.putArray("data_offsets").add(begin).add(end);
    }

    /** The tiny model's file, its header ready to be spoiled. */
    private static final class Tiny {
        final ObjectNode header;
        private final byte[] data;

        private Tiny(ObjectNode header, byte[] data) {
            this.header = header;
            this.data = data;
        }

        static Tiny read(Path file) throws IOException {
            byte[] all = Files.readAllBytes(file);
            int length =
                    (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
            JsonNode header = JSON.readTree(new String(all, 8, length, StandardCharsets.UTF_8));
            return new Tiny((ObjectNode) header, Arrays.copyOfRange(all, 8 + length, all.length));
        }

        void write(Path file, ObjectNode changed) throws IOException {
            byte[] json = JSON.writeValueAsBytes(changed);
            SafetensorsFile.write(file, json.length, json, data);
        }
    }
}
