package dev.scriptorium.feedback.corrections;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/** A sink whose records stay here. */
public final class RecordingSink {
    private final Topics topics = new Topics(TopicSettings.DEFAULT, PageLimits.DEFAULT);
    private final MockProducer<String, Correction> producer = new MockProducer<>(
            true,
            new RoundRobinPartitioner(),
            new StringSerializer(),
            new AvroSerdes(Map.of("schema.registry.url", "mock://sink"))
                    .correction()
                    .serializer());
    private final CorrectionSink sink =
            new CorrectionSink(topics.corrections(), PageLimits.DEFAULT, producer, Clock.systemUTC());

    public CorrectionSink sink() {
        return sink;
    }

    /** The broker will not take the next record. */
    public void failNext(KafkaException failure) {
        producer.sendException = failure;
    }

    public List<ProducerRecord<String, Correction>> records() {
        return producer.history();
    }

    public List<Correction> corrections() {
        return records().stream()
                .map(ProducerRecord::value)
                .filter(Objects::nonNull)
                .toList();
    }
}
