package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.trainer.adapters.AdapterWriter;
import dev.scriptorium.trainer.service.labels.LabelReader;
import dev.scriptorium.trainer.service.labels.LabelStore;
import dev.scriptorium.trainer.service.labels.PageImages;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Makes a trainer's parts from its configuration. */
final class TrainerParts {
    private final TrainerConfig config;
    private final Topics topics;
    private final AvroSerdes serdes;
    private final BlobStore blobs;

    TrainerParts(TrainerConfig config) {
        this.config = config;
        topics = new Topics(config.topics(), config.limits());
        serdes = new AvroSerdes(config.kafka());
        blobs = BlobStore.open(config.blobs().uri());
    }

    LabelReader reader(LabelStore store, Clock clock) {
        PageImages images = new PageImages(
                topics.pages().name(),
                topics.pages().partitions(),
                config.limits(),
                blobs,
                new KafkaConsumer<>(config.pageConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                serdes.pageImage().deserializer());
        return new LabelReader(
                consumer(config.readerConfig()), labeled(), serdes.labeledPage().deserializer(), images, store, clock);
    }

    AdapterHistory history() {
        return new AdapterHistory(
                consumer(config.readerConfig()),
                topics.adapters().name(),
                serdes.adapterManifest().deserializer());
    }

    AdapterFolders folders() {
        return new AdapterFolders(config.trainer().dir().resolve("adapters"), blobs);
    }

    AdapterWriter writer(Producer<String, byte[]> producer) {
        return new AdapterWriter(producer, topics, serdes);
    }

    AdapterPublisher publisher(AdapterWriter writer) {
        return new AdapterPublisher(writer, domain -> consumer(config.groupConfig(domain)), Set.copyOf(labeled()));
    }

    private List<TopicPartition> labeled() {
        return IntStream.range(0, topics.labeled().partitions())
                .mapToObj(number -> new TopicPartition(topics.labeled().name(), number))
                .toList();
    }

    private static Consumer<String, byte[]> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }
}
