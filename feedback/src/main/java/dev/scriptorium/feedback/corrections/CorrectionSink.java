package dev.scriptorium.feedback.corrections;

import dev.scriptorium.feedback.labels.LabelTopology;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.Topics;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The one door to {@code ocr.corrections}. A record's timestamp is the time at which the reviewer spoke: that decides
 * which word is the last, however late it comes. Thread-safe.
 */
public final class CorrectionSink implements AutoCloseable {
    private final Topic<Correction> topic;
    private final int maxTextBytes;
    private final Producer<String, Correction> producer;
    private final Clock clock;

    /** @param clock dates what does not say when it was said */
    CorrectionSink(Topic<Correction> topic, PageLimits limits, Producer<String, Correction> producer, Clock clock) {
        this.topic = topic;
        // room for the record's other fields
        maxTextBytes = LabelTopology.maxCorrectionBytes(limits) - PageLimits.RECORD_OVERHEAD_BYTES;
        this.producer = producer;
        this.clock = clock;
    }

    /**
     * Opens a sink with a producer of its own.
     *
     * @param kafka settings of Kafka clients and serdes
     */
    public static CorrectionSink open(Map<String, String> kafka, Topics topics, PageLimits limits, Clock clock) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.producerConfig());
        config.put("acks", "all");
        config.put("enable.idempotence", "true");
        Serializer<Correction> serializer = new AvroSerdes(kafka).correction().serializer();
        return new CorrectionSink(
                topics.corrections(), limits, new KafkaProducer<>(config, new StringSerializer(), serializer), clock);
    }

    /**
     * Sends a correction; the result is there when the brokers have it.
     *
     * @throws IllegalArgumentException if its text is too long or its time lies ahead
     */
    public Sent send(NewCorrection correction) {
        Correction record = correction.record(clock, maxTextBytes);
        return send(correction.pageId(), record, record.getCorrectedAt().toEpochMilli());
    }

    /** Takes back everything that was said about a page until now. */
    public Sent withdraw(String pageId) {
        return send(NewCorrection.edited(pageId, "", "").pageId(), null, clock.millis());
    }

    private Sent send(String pageId, Correction value, long timestamp) {
        return new Sent(producer.send(new ProducerRecord<>(topic.name(), null, timestamp, pageId, value)));
    }

    /** A record on its way to the brokers. */
    public record Sent(Future<RecordMetadata> acknowledgement) {
        /**
         * Waits for the brokers.
         *
         * @return where the record lies
         * @throws KafkaException if they did not take it
         */
        public SourceOffset await() {
            try {
                RecordMetadata place = acknowledgement.get();
                return new SourceOffset(place.topic(), place.partition(), place.offset());
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
            }
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
