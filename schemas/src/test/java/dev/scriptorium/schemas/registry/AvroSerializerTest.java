package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Samples;
import dev.scriptorium.schemas.SourceOffset;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AvroSerializerTest {
    private static final String URL = "mock://avro-serializer-test";

    @AfterEach
    void forget() {
        MockSchemaRegistry.drop("avro-serializer-test");
    }

    private static Map<String, Object> config(Object... keysAndValues) {
        Map<String, Object> config = new HashMap<>(Map.of("schema.registry.url", URL));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return config;
    }

    private static AvroSerializer<GenericContainer> serializer(Object... keysAndValues) {
        AvroSerializer<GenericContainer> serializer = new AvroSerializer<>();
        serializer.configure(config(keysAndValues), false);
        return serializer;
    }

    private static AvroDeserializer<Object> deserializer(Object... keysAndValues) {
        AvroDeserializer<Object> deserializer = new AvroDeserializer<>();
        deserializer.configure(config(keysAndValues), false);
        return deserializer;
    }

    private static void assertFails(ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RecordException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    private static final Schema NEWER = new Schema.Parser().parse("""
            {"type": "record", "name": "SourceOffset", "namespace": "dev.scriptorium.schemas", "fields": [
              {"name": "added", "type": "int", "default": 5},
              {"name": "offset", "type": "long"},
              {"name": "partition", "type": "int"},
              {"name": "topic", "type": {"type": "string", "avro.java.string": "String"}}]}""");

    @Test
    void writesWithTheRegistrysSchemaWhenTold() {
        SchemaRegistry registry = MockSchemaRegistry.scope("avro-serializer-test");
        registry.register("t-value", SourceOffset.getClassSchema());
        int id = registry.register("t-value", NEWER);
        byte[] bytes = serializer("use.latest.version", true, "auto.register.schemas", false)
                .serialize("t", new SourceOffset("ocr.pages", 3, 9L));
        assertThat(ByteBuffer.wrap(bytes, 1, 4).getInt()).isEqualTo(id);
        assertThat(deserializer().deserialize("t", bytes))
                .isEqualTo(new GenericRecordBuilder(NEWER)
                        .set("offset", 9L)
                        .set("partition", 3)
                        .set("topic", "ocr.pages")
                        .build());
        assertThat(deserializer("specific.avro.reader", true).deserialize("t", bytes))
                .isEqualTo(new SourceOffset("ocr.pages", 3, 9L));
    }

    @Test
    void refusesARegistrysSchemaThatCannotHoldTheValue() {
        Schema other = SchemaBuilder.record("dev.scriptorium.schemas.SourceOffset")
                .fields()
                .requiredString("needed")
                .endRecord();
        MockSchemaRegistry.scope("avro-serializer-test").register("t-value", other);
        assertThatThrownBy(() ->
                        serializer("use.latest.version", true).serialize("t", new SourceOffset("ocr.pages", 3, 9L)))
                .isInstanceOf(RecordException.class)
                .hasMessageContainingAll("topic t", "t-value", "needed");
    }

    @Test
    void registersNothingWhenToldNotTo() {
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> serializer("auto.register.schemas", "false")
                .serialize("t", Samples.page()));
        serializer().serialize("t", Samples.page());
        assertThat(serializer("auto.register.schemas", "false").serialize("t", Samples.page()))
                .isNotEmpty();
    }

    @Test
    void leavesJavaOutOfTheSchemaWhenTold() {
        byte[] bytes = serializer("avro.remove.java.properties", true).serialize("t", Samples.page());
        SchemaRegistry registry = MockSchemaRegistry.scope("avro-serializer-test");
        assertThat(registry.latest("t-value").schema().toString()).doesNotContain("avro.java");
        assertThat(deserializer("specific.avro.reader", true).deserialize("t", bytes))
                .isEqualTo(Samples.page());
    }

    @Test
    void namesAStrategyItDoesNotKnow() {
        assertThatThrownBy(() -> serializer("value.subject.name.strategy", "com.example.MyStrategy"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("value.subject.name.strategy", "com.example.MyStrategy", "RecordNameStrategy");
    }

    @Test
    void servesKeysUnderTheirOwnSubject() {
        AvroSerde<GenericContainer> serde = new AvroSerde<>();
        serde.configure(config("specific.avro.reader", true), true);
        byte[] bytes = serde.serializer().serialize("t", new SourceOffset("a", 1, 2L));
        assertThat(serde.deserializer().deserialize("t", bytes)).isEqualTo(new SourceOffset("a", 1, 2L));
        assertThat(MockSchemaRegistry.scope("avro-serializer-test")
                        .latest("t-key")
                        .id())
                .isEqualTo(1);
    }

    @Test
    void refusesAValueThatDoesNotFitItsSchema() {
        GenericRecord incomplete = new GenericData.Record(SourceOffset.getClassSchema());
        assertThatThrownBy(() -> serializer().serialize("t", incomplete))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_RECORD))
                .hasMessageContainingAll("topic t", "SourceOffset");
    }

    @Test
    void makesNoClassThatARecordMerelyNames() {
        Schema hostile = SchemaBuilder.record("java.lang.ProcessBuilder")
                .fields()
                .requiredString("command")
                .endRecord();
        byte[] bytes = serializer()
                .serialize(
                        "t",
                        new GenericRecordBuilder(hostile).set("command", "x").build());
        assertFails(ErrorCode.CORRUPT_RECORD, () -> deserializer("specific.avro.reader", true)
                .deserialize("t", bytes));
        assertFails(ErrorCode.CORRUPT_RECORD, () -> deserializer("specific.avro.value.type", PageImage.class.getName())
                .deserialize("t", bytes));
    }

    static List<SpecificRecord> records() {
        return Samples.all();
    }

    /** Foreign bytes must end in a typed failure or a record, and never in an error or a gigabyte. */
    @ParameterizedTest
    @MethodSource("records")
    void survivesBytesThatWereTamperedWith(SpecificRecord sample) {
        byte[] whole = serializer().serialize("t-" + sample.getSchema().getName(), (GenericContainer) sample);
        AvroDeserializer<Object> deserializer = deserializer("specific.avro.reader", true);
        long seed = 20261120;
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = tampered(whole, random);
            try {
                assertThat(deserializer.deserialize("t", bytes)).isNotNull();
            } catch (RecordException e) {
                assertThat(e.code())
                        .as("seed %d, round %d", seed, i)
                        .isIn(ErrorCode.CORRUPT_RECORD, ErrorCode.UNKNOWN_SCHEMA);
            }
        }
    }

    private static byte[] tampered(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(8));
            case 2 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            default -> {
                // Where a length stands, this is one of up to two thousand million.
                byte[] huge = {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) random.nextInt(1, 16)};
                int at = 5 + random.nextInt(bytes.length - 5);
                System.arraycopy(huge, 0, bytes, at, Math.min(huge.length, bytes.length - at));
            }
        }
        return bytes;
    }
}
