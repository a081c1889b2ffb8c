package dev.scriptorium.schemas;

import java.util.Objects;
import org.apache.kafka.common.serialization.Deserializer;

/** A deserializer of one class whose failures carry an {@link ErrorCode}, whoever wrote it. */
record CodedDeserializer<T>(Deserializer<?> delegate, Class<T> type) implements Deserializer<T> {
    CodedDeserializer {
        Objects.requireNonNull(delegate, "delegate");
        Objects.requireNonNull(type, "type");
    }

    @Override
    public T deserialize(String topic, byte[] bytes) {
        Object value;
        try {
            value = delegate.deserialize(topic, bytes);
        } catch (RuntimeException e) {
            throw Failures.coded(
                    e, ErrorCode.CORRUPT_RECORD, "topic " + topic + ": " + type.getSimpleName() + " expected");
        }
        if (value != null && !type.isInstance(value)) {
            throw new RecordException(
                    ErrorCode.CORRUPT_RECORD,
                    "topic " + topic + ": " + type.getName() + " expected, "
                            + value.getClass().getName() + " found");
        }
        return type.cast(value);
    }

    @Override
    public void close() {
        delegate.close();
    }
}
