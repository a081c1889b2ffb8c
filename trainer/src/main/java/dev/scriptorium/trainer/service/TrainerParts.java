package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.AdapterFolders;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.trainer.adapters.AdapterLog;
import dev.scriptorium.trainer.adapters.AdapterWriter;
import dev.scriptorium.trainer.service.labels.LabelReader;
import dev.scriptorium.trainer.service.labels.LabelStore;
import dev.scriptorium.trainer.service.labels.PageImages;
import dev.scriptorium.trainer.service.watch.DriftWatch;
import dev.scriptorium.trainer.service.watch.ShadowReadings;
import dev.scriptorium.trainer.service.watch.Trials;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

    LiveWatch watch(AdapterHistory history, AdapterFolders folders, AdapterWriter writer, Clock clock) {
        return new LiveWatch(
                config.watch(),
                history,
                this::log,
                folders,
                writer,
                new Trials(config.trainer().dir(), config.watch()),
                new ShadowReadings(
                        consumer(config.readerConfig()),
                        partitions(topics.shadows()).toList(),
                        serdes.recognition().deserializer()),
                config.trainer().id(),
                clock);
    }

    private AdapterLog log() {
        try (TopicScan scan = new TopicScan(config.kafka(), config.limits())) {
            return AdapterLog.read(scan, topics);
        }
    }

    DriftWatch drift(DriftWatch.Adapters adapters, Clock clock) throws IOException {
        return new DriftWatch(
                consumer(config.readerConfig()),
                Stream.of(topics.recognitions(), topics.labeled())
                        .flatMap(TrainerParts::partitions)
                        .toList(),
                topics.recognitions().name(),
                serdes.recognition().deserializer(),
                serdes.labeledPage().deserializer(),
                config.trainer().dir(),
                config.watch(),
                adapters,
                config.trainer().id(),
                clock);
    }

    private static Stream<TopicPartition> partitions(Topic<?> topic) {
        return IntStream.range(0, topic.partitions()).mapToObj(number -> new TopicPartition(topic.name(), number));
    }

    private List<TopicPartition> labeled() {
        return partitions(topics.labeled()).toList();
    }

    private static Consumer<String, byte[]> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }
}
