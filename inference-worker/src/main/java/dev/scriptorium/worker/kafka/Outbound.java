package dev.scriptorium.worker.kafka;

import java.util.Objects;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record to send, and what to send instead if the broker refuses it for its size.
 *
 * @param record result or dead letter, already serialized
 * @param whenTooLarge the small record that takes its place
 */
public record Outbound(ProducerRecord<byte[], byte[]> record, Supplier<Outbound> whenTooLarge) {
    public Outbound {
        Objects.requireNonNull(record, "record");
        Objects.requireNonNull(whenTooLarge, "whenTooLarge");
    }
}
