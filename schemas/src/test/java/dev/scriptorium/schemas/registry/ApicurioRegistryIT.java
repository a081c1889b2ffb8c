package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Samples;
import dev.scriptorium.schemas.SourceOffset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Everything a serializer asks of a registry, asked of a real one through its Confluent-compatible API. */
class ApicurioRegistryIT {
    private static ApicurioRegistry server;

    @BeforeAll
    static void start() throws Exception {
        server = ApicurioRegistry.start(Path.of(System.getProperty("apicurio.home")));
        server.put("/config", "{\"compatibility\": \"BACKWARD\"}");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        assertThat(server.alive()).isFalse();
    }

    private static SchemaRegistry open() {
        return SchemaRegistry.open(Map.of("schema.registry.url", server.url()));
    }

    private static void assertFails(ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RecordException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    static List<SpecificRecord> records() {
        return Samples.all();
    }

    @Test
    void givesOneSchemaOneIdHoweverOftenItIsRegistered() {
        int id = open().register("once-value", PageImage.getClassSchema());
        assertThat(open().register("once-value", PageImage.getClassSchema())).isEqualTo(id);
        assertThat(open().register("again-value", PageImage.getClassSchema())).isEqualTo(id);
        assertThat(open().lookup("once-value", PageImage.getClassSchema())).isEqualTo(id);
        assertThat(open().schema(id)).isEqualTo(PageImage.getClassSchema());
        assertThat(open().latest("once-value")).isEqualTo(new SchemaRegistry.Latest(id, 1, PageImage.getClassSchema()));
    }

    @Test
    void tellsWhatItDoesNotKnow() {
        assertFails(ErrorCode.UNKNOWN_SCHEMA, () -> open().schema(999_999));
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> open().latest("nobody-value"));
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> open().lookup("nobody-value", Recognition.getClassSchema()));
    }

    @Test
    void keepsASubjectBackwardCompatible() {
        Schema first = schema("first");
        Schema compatible = SchemaBuilder.record("x.Evolving")
                .fields()
                .requiredString("first")
                .optionalString("more")
                .endRecord();
        Schema incompatible = schema("other");
        SchemaRegistry registry = open();
        assertThat(registry.compatibility("evolving-value", first).compatible()).isTrue();
        registry.register("evolving-value", first);

        assertThat(registry.compatibility("evolving-value", compatible).compatible())
                .isTrue();
        SchemaRegistry.Compatibility verdict = registry.compatibility("evolving-value", incompatible);
        assertThat(verdict.compatible()).isFalse();
        assertThat(verdict.messages()).isNotEmpty();
        assertFails(ErrorCode.REGISTRY_REFUSED, () -> registry.register("evolving-value", incompatible));
        assertThat(registry.register("evolving-value", compatible)).isPositive();
        assertThat(registry.latest("evolving-value").version()).isEqualTo(2);
    }

    private static Schema schema(String field) {
        return SchemaBuilder.record("x.Evolving").fields().requiredString(field).endRecord();
    }

    @ParameterizedTest
    @MethodSource("records")
    void carriesRecordsBetweenOursAndConfluents(SpecificRecord sample) {
        Map<String, Object> config = Map.of("schema.registry.url", server.url(), "specific.avro.reader", true);
        String topic = "exchange-" + sample.getSchema().getName();
        AvroSerdes own = new AvroSerdes(config);
        byte[] ours = own.anySerializer().serialize(topic, sample);
        byte[] theirs = Confluent.serializer(config).serialize(topic, sample);
        assertThat(ours).isEqualTo(theirs);
        assertThat(Confluent.deserializer(config).deserialize(topic, ours)).isEqualTo(sample);
        assertThat((GenericContainer) own.of(sample.getClass()).deserializer().deserialize(topic, theirs))
                .isEqualTo(sample);
    }

    @Test
    void readsWhatAnOlderAndANewerWriterWrote() {
        Map<String, Object> config = Map.of("schema.registry.url", server.url());
        Schema newer = new Schema.Parser().parse("""
                {"type": "record", "name": "SourceOffset", "namespace": "dev.scriptorium.schemas", "fields": [
                  {"name": "offset", "type": "long"},
                  {"name": "added", "type": "string", "default": "x"},
                  {"name": "partition", "type": "int"},
                  {"name": "topic", "type": "string"}]}""");
        GenericRecord record = new GenericData.Record(newer);
        record.put("added", "more");
        record.put("offset", 9L);
        record.put("partition", 3);
        record.put("topic", "ocr.pages");
        byte[] bytes = Confluent.serializer(config).serialize("evolved", record);
        assertThat(new AvroSerdes(config).of(SourceOffset.class).deserializer().deserialize("evolved", bytes))
                .isEqualTo(new SourceOffset("ocr.pages", 3, 9L));
    }
}
