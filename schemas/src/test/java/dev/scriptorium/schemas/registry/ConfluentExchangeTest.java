package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Samples;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Ours and Confluent's own serdes on one registry: whoever wrote it, the other reads it. */
class ConfluentExchangeTest {
    private RegistryServer server;
    private Map<String, Object> config;

    @BeforeEach
    void start() throws IOException {
        server = RegistryServer.http();
        config = Map.of("schema.registry.url", server.url(), "specific.avro.reader", true);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    static Stream<SpecificRecord> records() {
        return Samples.all().stream();
    }

    @ParameterizedTest
    @MethodSource("records")
    void writesTheVeryBytesThatConfluentWrites(SpecificRecord sample) {
        byte[] theirs = Confluent.serializer(config).serialize("t", sample);
        byte[] ours = ours(config).serialize("t", (GenericContainer) sample);
        assertThat(ours).isEqualTo(theirs);
    }

    @ParameterizedTest
    @MethodSource("records")
    void readsWhatConfluentWrote(SpecificRecord sample) {
        byte[] theirs = Confluent.serializer(config).serialize("t", sample);
        assertThat(oursReading(config).deserialize("t", theirs)).isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("records")
    void writesWhatConfluentReads(SpecificRecord sample) {
        byte[] bytes = ours(config).serialize("t", (GenericContainer) sample);
        assertThat(Confluent.deserializer(config).deserialize("t", bytes)).isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("records")
    void exchangesGenericRecordsToo(SpecificRecord sample) {
        Map<String, Object> generic = Map.of("schema.registry.url", server.url());
        byte[] bytes = ours(generic).serialize("t", (GenericContainer) sample);
        Object theirs = Confluent.deserializer(generic).deserialize("t", bytes);
        Object own = oursReading(generic).deserialize("t", bytes);
        assertThat(own)
                .isInstanceOf(GenericRecord.class)
                .isNotInstanceOf(SpecificRecord.class)
                .isEqualTo(theirs);
        assertThat(ours(generic).serialize("t", (GenericContainer) own)).isEqualTo(bytes);
        assertThat(Confluent.serializer(generic).serialize("t", own)).isEqualTo(bytes);
    }

    @Test
    void namesSubjectsAsConfluentDoes() {
        for (String strategy : List.of("TopicNameStrategy", "RecordNameStrategy", "TopicRecordNameStrategy")) {
            Map<String, Object> named = Map.of(
                    "schema.registry.url",
                    server.url(),
                    "value.subject.name.strategy",
                    "io.confluent.kafka.serializers.subject." + strategy);
            Confluent.serializer(named).serialize("a-topic", Samples.page());
            Map<String, Object> lookupOnly = Map.of(
                    "schema.registry.url",
                    server.url(),
                    "auto.register.schemas",
                    "false",
                    "value.subject.name.strategy",
                    "io.confluent.kafka.serializers.subject." + strategy);
            assertThat(ours(lookupOnly).serialize("a-topic", Samples.page()))
                    .as(strategy)
                    .isNotEmpty();
        }
        assertThat(server.requests())
                .contains(
                        "POST /subjects/a-topic-value",
                        "POST /subjects/dev.scriptorium.schemas.PageImage",
                        "POST /subjects/a-topic-dev.scriptorium.schemas.PageImage");
    }

    @Test
    void readsARecordOfANewerSchemaAsConfluentDoes() {
        Schema newer = new Schema.Parser().parse("""
                        {"type": "record", "name": "SourceOffset", "namespace": "dev.scriptorium.schemas", "fields": [
                          {"name": "added", "type": "string", "default": "x"},
                          {"name": "offset", "type": "long"},
                          {"name": "partition", "type": "int"},
                          {"name": "topic", "type": "string"}]}""");
        GenericRecord record = new GenericData.Record(newer);
        record.put("added", "more");
        record.put("offset", 9L);
        record.put("partition", 3);
        record.put("topic", "ocr.pages");
        byte[] bytes = Confluent.serializer(config).serialize("t", record);
        Object expected = Confluent.deserializer(config).deserialize("t", bytes);
        assertThat(oursReading(config).deserialize("t", bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("records")
    void swapsConfluentInByClassNameAlone(SpecificRecord sample) {
        AvroSerdes theirs = confluentByName(server.url());
        AvroSerdes own = new AvroSerdes(Map.of("schema.registry.url", server.url()));
        Serde<SpecificRecord> writing = cast(theirs.of(sample.getClass()));
        Serde<SpecificRecord> reading = cast(own.of(sample.getClass()));
        byte[] bytes = writing.serializer().serialize("t", sample);
        assertThat(reading.deserializer().deserialize("t", bytes)).isEqualTo(sample);
        assertThat(writing.deserializer().deserialize("t", reading.serializer().serialize("t", sample)))
                .isEqualTo(sample);
    }

    private List<AvroSerdes> theirsAndOurs() {
        return List.of(
                confluentByName(server.url()),
                new AvroSerdes(Map.of("schema.registry.url", server.url(), "max.retries", 0)));
    }

    @Test
    void sortsConfluentsFailuresLikeOurOwn() {
        byte[] page = ours(config).serialize("t", Samples.page());
        byte[] endlessNumber = page.clone();
        Arrays.fill(endlessNumber, 5, endlessNumber.length, (byte) 0xFF);
        for (AvroSerdes serdes : theirsAndOurs()) {
            assertCode(serdes, new byte[] {0, 0, 0, 3, 7, 1}, ErrorCode.UNKNOWN_SCHEMA);
            assertCode(serdes, new byte[] {1, 2, 3}, ErrorCode.CORRUPT_RECORD);
            assertCode(serdes, new byte[] {1, 2, 3, 4, 5, 6}, ErrorCode.CORRUPT_RECORD);
            assertCode(serdes, Arrays.copyOf(page, page.length / 2), ErrorCode.CORRUPT_RECORD);
            assertCode(serdes, endlessNumber, ErrorCode.CORRUPT_RECORD);
        }
        server.fail(503);
        theirsAndOurs()
                .forEach(serdes -> assertCode(serdes, new byte[] {0, 0, 0, 3, 8, 1}, ErrorCode.REGISTRY_UNAVAILABLE));
        server.fail(0);
        server.requireAuthorization("Bearer t0ken");
        theirsAndOurs()
                .forEach(serdes -> assertCode(serdes, new byte[] {0, 0, 0, 3, 8, 1}, ErrorCode.REGISTRY_REFUSED));
        server.close();
        theirsAndOurs()
                .forEach(serdes -> assertCode(serdes, new byte[] {0, 0, 0, 3, 8, 1}, ErrorCode.REGISTRY_UNAVAILABLE));
    }

    private static void assertCode(AvroSerdes serdes, byte[] bytes, ErrorCode expected) {
        assertThatThrownBy(() -> serdes.pageImage().deserializer().deserialize("a-topic", bytes))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(expected))
                .hasMessageContaining("a-topic");
    }

    private static AvroSerdes confluentByName(String url) {
        return new AvroSerdes(Map.of(
                "schema.registry.url",
                url,
                "value.serializer",
                Confluent.SERIALIZER,
                "value.deserializer",
                Confluent.DESERIALIZER,
                "max.retries",
                0));
    }

    @SuppressWarnings("unchecked")
    private static Serde<SpecificRecord> cast(Serde<? extends SpecificRecord> serde) {
        return (Serde<SpecificRecord>) serde;
    }

    private static AvroSerializer<GenericContainer> ours(Map<String, ?> config) {
        AvroSerializer<GenericContainer> serializer = new AvroSerializer<>();
        serializer.configure(config, false);
        return serializer;
    }

    private static AvroDeserializer<Object> oursReading(Map<String, ?> config) {
        AvroDeserializer<Object> deserializer = new AvroDeserializer<>();
        deserializer.configure(config, false);
        return deserializer;
    }
}
