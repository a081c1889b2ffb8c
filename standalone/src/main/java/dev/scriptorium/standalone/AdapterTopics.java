package dev.scriptorium.standalone;

import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Watches what is published of adapters and what workers make of it, from the topics' beginning. Used by one thread. */
final class AdapterTopics implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<String, byte[]> consumer;
    private final Topic<AdapterManifest> manifests;
    private final Deserializer<AdapterManifest> manifestReader;
    private final Deserializer<AdapterEvent> eventReader;
    private final List<SpecificRecord> seen = new ArrayList<>();

    /** @param kafka settings of Kafka clients and serdes */
    AdapterTopics(Map<String, String> kafka, Topics topics) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        AvroSerdes serdes = new AvroSerdes(kafka);
        manifests = topics.adapters();
        manifestReader = serdes.adapterManifest().deserializer();
        eventReader = serdes.adapterEvent().deserializer();
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = List.of(
                new TopicPartition(manifests.name(), 0),
                new TopicPartition(topics.adapterEvents().name(), 0));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** The first manifest or event of a kind that is, or was, there; empty if none has come yet. */
    <T extends SpecificRecord> Optional<T> poll(Class<T> type, Predicate<T> wanted) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            if (record.value() != null) {
                seen.add(
                        record.topic().equals(manifests.name())
                                ? manifestReader.deserialize(record.topic(), record.value())
                                : eventReader.deserialize(record.topic(), record.value()));
            }
        }
        return seen.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(wanted)
                .findFirst();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
