package dev.scriptorium.schemas;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.scriptorium.schemas.registry.MockSchemaRegistry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever bytes stand on a topic become a record or a {@link RecordException}: nothing else may reach a poll thread. */
class RecordFuzzTest {
    private static final String SCOPE = "record-fuzz";
    private static final int HEADER = 5;

    private static final List<Class<? extends SpecificRecord>> TYPES =
            List.of(PageImage.class, Recognition.class, Correction.class, AdapterManifest.class, DeadLetter.class);

    private static AvroSerdes serdes;
    private static int[] ids;

    @BeforeAll
    static void register() {
        serdes = new AvroSerdes(Map.of("schema.registry.url", "mock://" + SCOPE));
        MockSchemaRegistry registry = MockSchemaRegistry.scope(SCOPE);
        ids = TYPES.stream()
                .mapToInt(type -> registry.register(
                        type.getSimpleName(), SpecificData.get().getSchema(type)))
                .toArray();
    }

    @AfterAll
    static void drop() {
        MockSchemaRegistry.drop(SCOPE);
    }

    @FuzzTest(maxDuration = "10s", maxExecutions = 3000)
    void briefly(byte[] bytes) {
        read(bytes);
    }

    @FuzzTest(maxDuration = "1h")
    void thoroughly(byte[] bytes) {
        read(bytes);
    }

    /** The first byte chooses the type, the rest is the record behind its header; all of it is a record without one. */
    private static void read(byte[] bytes) {
        int type = bytes.length == 0 ? 0 : Math.floorMod(bytes[0], TYPES.size());
        byte[] framed = ByteBuffer.allocate(HEADER + Math.max(0, bytes.length - 1))
                .put((byte) 0)
                .putInt(ids[type])
                .put(bytes, Math.min(1, bytes.length), Math.max(0, bytes.length - 1))
                .array();
        read(type, framed);
        read(type, bytes);
    }

    private static void read(int type, byte[] bytes) {
        try {
            assertThat(serdes.of(TYPES.get(type)).deserializer().deserialize("topic", bytes))
                    .isInstanceOf(TYPES.get(type));
        } catch (RecordException e) {
            assertThat(e.code().action()).isEqualTo(ErrorCode.Action.DEAD_LETTER);
        }
    }
}
