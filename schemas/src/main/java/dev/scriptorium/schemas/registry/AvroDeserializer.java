package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads Avro records in Confluent's wire format. Null stays null (a tombstone). Thread-safe once configured.
 *
 * <p>Keys, as Confluent's: {@code schema.registry.url} and what {@link SchemaRegistry#open} knows; {@code
 * specific.avro.reader} (false): generated classes instead of generic records; {@code specific.avro.key.type} and
 * {@code specific.avro.value.type}: the generated class to read into, otherwise the one named by the writer's schema.
 */
public final class AvroDeserializer<T> implements Deserializer<T> {
    static final byte MAGIC = 0;
    private static final int HEADER_BYTES = 5;

    private final Map<Integer, DatumReader<T>> readers = new ConcurrentHashMap<>();
    private SchemaRegistry registry;
    private boolean specific;
    private Schema target;

    /** For Kafka, which calls {@link #configure} next. */
    public AvroDeserializer() {}

    @Override
    public void configure(Map<String, ?> config, boolean isKey) {
        registry = SchemaRegistry.open(config);
        specific = AvroSerializer.flag(config, "specific.avro.reader", false);
        String typeKey = isKey ? "specific.avro.key.type" : "specific.avro.value.type";
        Object type = config.get(typeKey);
        if (type != null) {
            target = SpecificData.get().getSchema(recordClass(typeKey, type));
            specific = true;
        }
    }

    private static Class<?> recordClass(String typeKey, Object type) {
        try {
            Class<?> found = type instanceof Class<?> loaded
                    ? loaded
                    : Class.forName(
                            type.toString(), true, Thread.currentThread().getContextClassLoader());
            if (SpecificRecord.class.isAssignableFrom(found)) {
                return found;
            }
        } catch (ClassNotFoundException e) {
            throw new ConfigException(typeKey, type, "a class on the class path expected");
        }
        throw new ConfigException(typeKey, type, "a class generated from an Avro record expected");
    }

    /**
     * @throws RecordException with {@code CORRUPT_RECORD} if the bytes are not such a record, or {@code
     *     UNKNOWN_SCHEMA}, {@code REGISTRY_UNAVAILABLE}, {@code REGISTRY_REFUSED} from the registry
     */
    @Override
    public T deserialize(String topic, byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        if (bytes.length < HEADER_BYTES || bytes[0] != MAGIC) {
            throw new RecordException(
                    ErrorCode.CORRUPT_RECORD,
                    "topic " + topic + ": 0x00 and a schema id in 4 bytes expected, "
                            + (bytes.length < HEADER_BYTES
                                    ? bytes.length + " bytes"
                                    : String.format("first byte 0x%02x", bytes[0]))
                            + " found");
        }
        int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
        try {
            BinaryDecoder decoder =
                    DecoderFactory.get().binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, null);
            T value = reader(id).read(null, decoder);
            if (!decoder.isEnd()) {
                throw new IOException("bytes are left after the end of the record");
            }
            return value;
        } catch (RecordException e) {
            throw new RecordException(e.code(), "topic " + topic + ", " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw new RecordException(
                    ErrorCode.CORRUPT_RECORD,
                    "topic " + topic + ": a record of schema id " + id + " expected in " + bytes.length + " bytes, "
                            + e,
                    e);
        }
    }

    private DatumReader<T> reader(int id) {
        DatumReader<T> known = readers.get(id);
        if (known != null) {
            return known;
        }
        Schema writer = registry.schema(id);
        DatumReader<T> reader = specific ? specificReader(writer) : new GenericDatumReader<>(writer);
        readers.put(id, reader);
        return reader;
    }

    private DatumReader<T> specificReader(Schema writer) {
        Schema wanted = target;
        if (wanted == null) {
            Class<?> named = SpecificData.get().getClass(writer);
            if (named == null || !SpecificRecord.class.isAssignableFrom(named)) {
                throw new RecordException(
                        ErrorCode.CORRUPT_RECORD,
                        "a record with a generated class expected, " + writer.getFullName() + " found");
            }
            wanted = SpecificData.get().getSchema(named);
        } else if (!wanted.getFullName().equals(writer.getFullName())
                && !wanted.getAliases().contains(writer.getFullName())) {
            throw new RecordException(
                    ErrorCode.CORRUPT_RECORD, wanted.getFullName() + " expected, " + writer.getFullName() + " found");
        }
        return new SpecificDatumReader<>(writer, wanted, SpecificData.getForSchema(wanted));
    }
}
