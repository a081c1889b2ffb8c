package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.SourceOffset;
import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Keeps located values in state stores: partition, offset, then the value as it is on its topic. The inner serde is
 * given that topic's name and not the store's, so that the registry learns of no further subjects.
 */
record LocatedSerde<T>(String topic, Serde<T> inner) implements Serde<Located<T>> {
    private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES;

    @Override
    public Serializer<Located<T>> serializer() {
        return (store, located) -> {
            if (located == null) {
                return null;
            }
            byte[] value = inner.serializer().serialize(topic, located.value());
            return ByteBuffer.allocate(HEADER_BYTES + value.length)
                    .putInt(located.source().getPartition())
                    .putLong(located.source().getOffset())
                    .put(value)
                    .array();
        };
    }

    @Override
    public Deserializer<Located<T>> deserializer() {
        return (store, bytes) -> {
            if (bytes == null) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            SourceOffset source = new SourceOffset(topic, buffer.getInt(), buffer.getLong());
            byte[] value = new byte[buffer.remaining()];
            buffer.get(value);
            return new Located<>(inner.deserializer().deserialize(topic, value), source);
        };
    }
}
