package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes Avro records, generated or generic, in Confluent's wire format: 0x00, the schema id in four bytes (big
 * endian), Avro binary. Null stays null (a tombstone). Thread-safe once configured.
 *
 * <p>Keys, as Confluent's: {@code schema.registry.url} and what {@link SchemaRegistry#open} knows; {@code
 * auto.register.schemas} (true), {@code use.latest.version} (false), {@code latest.compatibility.strict} (true),
 * {@code avro.remove.java.properties} (false), {@code normalize.schemas} (false), {@code
 * key.subject.name.strategy} and {@code value.subject.name.strategy}.
 */
public final class AvroSerializer<T extends GenericContainer> implements Serializer<T> {
    private static final String STRIPPED_PROPERTY = "avro.java.string";

    /** What values have in common that are written alike. */
    private record Kind(String subject, Schema schema, Class<?> type) {}

    /** How values of one kind are written; {@code converted} if the registry's schema is not their own. */
    private record Plan(int id, Schema written, boolean converted, DatumWriter<Object> writer) {}

    private final Map<Kind, Plan> plans = new ConcurrentHashMap<>();
    private SchemaRegistry registry;
    private boolean key;
    private boolean autoRegister;
    private boolean useLatest;
    private boolean strictLatest;
    private boolean stripJava;
    private SubjectNameStrategy strategy = SubjectNameStrategy.TOPIC;

    /** For Kafka, which calls {@link #configure} next. */
    public AvroSerializer() {}

    @Override
    public void configure(Map<String, ?> config, boolean isKey) {
        registry = SchemaRegistry.open(config);
        key = isKey;
        autoRegister = flag(config, "auto.register.schemas", true);
        useLatest = flag(config, "use.latest.version", false);
        strictLatest = flag(config, "latest.compatibility.strict", true);
        stripJava = flag(config, "avro.remove.java.properties", false);
        String strategyKey = isKey ? "key.subject.name.strategy" : "value.subject.name.strategy";
        if (config.get(strategyKey) != null) {
            strategy = SubjectNameStrategy.of(strategyKey, config.get(strategyKey));
        }
    }

    static boolean flag(Map<String, ?> config, String name, boolean fallback) {
        return Boolean.parseBoolean(Objects.toString(config.get(name), Boolean.toString(fallback)));
    }

    /**
     * @throws RecordException with {@code INVALID_RECORD} if the value does not fit its schema, or with what the
     *     registry objects to
     */
    @Override
    public byte[] serialize(String topic, T value) {
        if (value == null) {
            return null;
        }
        Schema schema = value.getSchema();
        Kind kind = new Kind(strategy.subject(topic, key, schema), schema, value.getClass());
        Plan plan = plans.get(kind);
        if (plan == null) {
            plan = plan(topic, kind);
            plans.put(kind, plan);
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
            DataOutputStream header = new DataOutputStream(bytes);
            header.writeByte(AvroDeserializer.MAGIC);
            header.writeInt(plan.id());
            if (plan.converted()) {
                Object converted = convert(value, plan.writer(), schema, plan.written());
                write(new GenericDatumWriter<>(plan.written()), converted, bytes);
            } else {
                write(plan.writer(), value, bytes);
            }
            return bytes.toByteArray();
        } catch (IOException | RuntimeException e) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    "topic " + topic + ": a value of schema " + schema.getFullName() + " expected, " + e.getMessage(),
                    e);
        }
    }

    private Plan plan(String topic, Kind kind) {
        Schema own = kind.schema();
        DatumWriter<Object> writer = SpecificRecord.class.isAssignableFrom(kind.type())
                ? new SpecificDatumWriter<>(own, SpecificData.getForClass(kind.type()))
                : new GenericDatumWriter<>(own);
        if (useLatest) {
            SchemaRegistry.Latest latest = registry.latest(kind.subject());
            if (strictLatest) {
                requireReadable(topic, kind, latest);
            }
            return new Plan(latest.id(), latest.schema(), !latest.schema().equals(own), writer);
        }
        Schema published = stripJava ? stripped(own) : own;
        int id = autoRegister
                ? registry.register(kind.subject(), published)
                : registry.lookup(kind.subject(), published);
        return new Plan(id, published, false, writer);
    }

    private static void requireReadable(String topic, Kind kind, SchemaRegistry.Latest latest) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(latest.schema(), kind.schema())
                .getResult();
        if (result.getCompatibility() != SchemaCompatibilityType.COMPATIBLE) {
            throw new RecordException(
                    ErrorCode.REGISTRY_REFUSED,
                    "topic " + topic + ", subject " + kind.subject() + ": schema id " + latest.id()
                            + " expected to take what " + kind.schema().getFullName() + " holds, but "
                            + result.getIncompatibilities());
        }
    }

    /** Fields are matched by name, so that the registry's schema may order or add them otherwise. */
    private static Object convert(Object value, DatumWriter<Object> writer, Schema from, Schema to) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        write(writer, value, bytes);
        return new GenericDatumReader<>(from, to)
                .read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
    }

    private static void write(DatumWriter<Object> writer, Object value, ByteArrayOutputStream bytes)
            throws IOException {
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        writer.write(value, encoder);
        encoder.flush();
    }

    /** Without the note to Java readers which string class to use; data stay the same. */
    private static Schema stripped(Schema schema) {
        return new Schema.Parser().parse(schema.toString().replace(",\"" + STRIPPED_PROPERTY + "\":\"String\"", ""));
    }
}
