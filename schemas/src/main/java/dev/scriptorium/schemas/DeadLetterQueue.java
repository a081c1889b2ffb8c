package dev.scriptorium.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Makes dead letters: a failed record, what went wrong and where it lies. The record's bytes are never copied; who
 * wants them reads them at {@code source}.
 */
public final class DeadLetterQueue {
    private static final int MAX_MESSAGE_CHARS = 2_000;

    private final Topic<DeadLetter> topic;
    private final String worker;
    private final Clock clock;

    /**
     * @param topic where the letters go
     * @param worker who gives records up, such as a transactional id
     */
    public DeadLetterQueue(Topic<DeadLetter> topic, String worker, Clock clock) {
        this.topic = Objects.requireNonNull(topic, "topic");
        this.worker = Objects.requireNonNull(worker, "worker");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /** A letter for a record that failed with an exception, ready to send. */
    public ProducerRecord<String, SpecificRecord> letter(
            ConsumerRecord<?, ?> failed, String stage, int attempts, RecordException cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        return letter(failed, stage, attempts, cause.code(), cause.getMessage(), Optional.of(root));
    }

    /**
     * A letter for a record that failed, ready to send.
     *
     * @param failed the record; its key must be a string, bytes or null
     * @param stage where it went wrong: deserialize, fetch, decode, recognize, serialize
     * @param attempts how often it was tried, from 1
     * @param message place, expectation and value; long ones are cut
     * @param cause the exception, if there was one; only its class is kept
     */
    public ProducerRecord<String, SpecificRecord> letter(
            ConsumerRecord<?, ?> failed,
            String stage,
            int attempts,
            ErrorCode code,
            String message,
            Optional<Throwable> cause) {
        String key = text(failed.key());
        DeadLetter letter = DeadLetter.newBuilder()
                .setPageId(key)
                .setSource(new SourceOffset(failed.topic(), failed.partition(), failed.offset()))
                .setCode(code.name())
                .setMessage(shortened(message))
                .setStage(stage)
                .setAttempts(attempts)
                .setWorker(worker)
                .setException(cause.map(e -> e.getClass().getName()).orElse(""))
                .setFailedAt(clock.instant())
                .build();
        return new ProducerRecord<>(topic.name(), key, letter);
    }

    private static String shortened(String message) {
        return message.length() <= MAX_MESSAGE_CHARS ? message : message.substring(0, MAX_MESSAGE_CHARS) + "...";
    }

    /** A key is foreign bytes too: what is not text counts as no key. */
    private static String text(Object key) {
        if (key instanceof byte[] bytes) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                return "";
            }
        }
        return key instanceof String string ? string : "";
    }
}
