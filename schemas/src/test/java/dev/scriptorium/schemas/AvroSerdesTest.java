package dev.scriptorium.schemas;

import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AvroSerdesTest {
    private final AvroSerdes serdes = new AvroSerdes(Map.of("schema.registry.url", "mock://serdes-test"));

    static List<SpecificRecord> records() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("records")
    void readsWhatItWrote(SpecificRecord sample) {
        byte[] bytes =
                serdes.anySerializer().serialize("t-" + sample.getSchema().getName(), sample);
        Serde<? extends SpecificRecord> serde = serdes.of(sample.getClass());
        assertThat(bytes[0]).isZero();
        assertThat((Object) serde.deserializer().deserialize("t", bytes)).isEqualTo(sample);
    }

    @Test
    void keepsTombstonesEmpty() {
        assertThat(serdes.correction().serializer().serialize("t", null)).isNull();
        assertThat(serdes.correction().deserializer().deserialize("t", null)).isNull();
    }

    @Test
    void refusesARecordOfAnotherKindNamingBoth() {
        byte[] bytes = serdes.deadLetter().serializer().serialize("wrong-kind", Samples.deadLetter());
        assertThatThrownBy(() -> serdes.pageImage().deserializer().deserialize("wrong-kind", bytes))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_RECORD))
                .hasMessageContainingAll("wrong-kind", "PageImage", "DeadLetter");
    }

    @Test
    void takesTheImplementationByItsClassName() {
        AvroSerdes foreign = new AvroSerdes(Map.of(
                "schema.registry.url",
                "mock://unused",
                "value.serializer",
                Refusing.class.getName(),
                "value.deserializer",
                Refusing.class));
        assertThatThrownBy(() -> foreign.pageImage().serializer().serialize("t", Samples.page()))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_RECORD))
                .hasMessageContaining("not today");
        assertThatThrownBy(() -> foreign.pageImage().deserializer().deserialize("t", new byte[0]))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_RECORD));
    }

    @Test
    void namesAClassThatIsNotThere() {
        AvroSerdes missing = new AvroSerdes(Map.of("schema.registry.url", "mock://x", "value.serializer", "no.Such"));
        assertThatThrownBy(missing::pageImage)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("value.serializer", "no.Such");
    }

    /** Somebody else's serde with somebody else's exceptions. */
    public static final class Refusing implements Serializer<Object>, Deserializer<Object> {
        @Override
        public void configure(Map<String, ?> configs, boolean isKey) {}

        @Override
        public byte[] serialize(String topic, Object data) {
            throw new SerializationException("not today");
        }

        @Override
        public Object deserialize(String topic, byte[] data) {
            throw new SerializationException("not today");
        }

        @Override
        public void close() {}
    }
}
