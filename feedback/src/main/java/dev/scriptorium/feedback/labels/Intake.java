package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Reads the bytes of a record and notes where it lies. Foreign bytes never throw here, they become a dead letter; what
 * throws is a registry that does not answer, and the record is read again.
 *
 * @param <T> what is expected
 */
final class Intake<T> implements FixedKeyProcessor<String, byte[], Arrival<T>> {
    private static final String STAGE = "deserialize";

    private final Deserializer<T> deserializer;
    private final BiFunction<String, T, String> fault;
    private final int maxBytes;
    private final DeadLetterQueue deadLetters;
    private final History history;
    private FixedKeyProcessorContext<String, Arrival<T>> context;

    /**
     * @param fault says of a key and a value what is wrong with them; empty if nothing is
     * @param maxBytes largest value that is taken
     */
    Intake(
            Deserializer<T> deserializer,
            BiFunction<String, T, String> fault,
            int maxBytes,
            DeadLetterQueue deadLetters,
            History history) {
        this.deserializer = deserializer;
        this.fault = fault;
        this.maxBytes = maxBytes;
        this.deadLetters = deadLetters;
        this.history = history;
    }

    @Override
    public void init(FixedKeyProcessorContext<String, Arrival<T>> newContext) {
        context = newContext;
    }

    @Override
    public void process(FixedKeyRecord<String, byte[]> record) {
        RecordMetadata place = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record with its place expected, none found"));
        Arrival<T> arrival;
        try {
            arrival = record.value() == null ? null : read(record, place);
        } catch (RecordException e) {
            if (e.code().action() != ErrorCode.Action.DEAD_LETTER) {
                throw e;
            }
            arrival = new Arrival.Refused<>(letter(record, place, e));
        }
        context.forward(record.withValue(arrival).withTimestamp(history.stored(record.timestamp(), context)));
    }

    private Arrival<T> read(FixedKeyRecord<String, byte[]> record, RecordMetadata place) {
        if (record.value().length > maxBytes) {
            throw new RecordException(
                    ErrorCode.OVERSIZE,
                    name(place) + ": at most " + maxBytes + " bytes expected, " + record.value().length + " found");
        }
        T value;
        try {
            value = deserializer.deserialize(place.topic(), record.value());
        } catch (RecordException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new RecordException(ErrorCode.CORRUPT_RECORD, name(place) + ": " + e.getMessage(), e);
        }
        String problem = fault.apply(record.key(), value);
        if (!problem.isEmpty()) {
            throw new RecordException(ErrorCode.INVALID_RECORD, name(place) + ": " + problem);
        }
        return new Arrival.Read<>(
                new Located<>(value, new SourceOffset(place.topic(), place.partition(), place.offset())));
    }

    private DeadLetter letter(FixedKeyRecord<String, byte[]> record, RecordMetadata place, RecordException cause) {
        ConsumerRecord<String, byte[]> failed =
                new ConsumerRecord<>(place.topic(), place.partition(), place.offset(), record.key(), record.value());
        return (DeadLetter) deadLetters.letter(failed, STAGE, 1, cause).value();
    }

    private static String name(RecordMetadata place) {
        return place.topic() + "-" + place.partition() + " offset " + place.offset();
    }
}
