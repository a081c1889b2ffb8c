package dev.scriptorium.schemas;

import java.util.Objects;
import org.apache.kafka.common.serialization.Serializer;

/** A serializer whose failures carry an {@link ErrorCode}, whoever wrote it. */
record CodedSerializer<T>(Serializer<T> delegate) implements Serializer<T> {
    CodedSerializer {
        Objects.requireNonNull(delegate, "delegate");
    }

    @Override
    public byte[] serialize(String topic, T value) {
        try {
            return delegate.serialize(topic, value);
        } catch (RuntimeException e) {
            throw Failures.coded(e, ErrorCode.INVALID_RECORD, "topic " + topic + ": a value to write expected");
        }
    }

    @Override
    public void close() {
        delegate.close();
    }
}
