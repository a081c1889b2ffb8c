package dev.scriptorium.feedback;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.apache.kafka.common.utils.Utils;

/** A real broker in this JVM and a schema registry, with topics under a prefix for each test. */
final class Broker implements AutoCloseable {
    static final int PARTITIONS = 3;

    private final KafkaClusterTestKit kafka;
    private final RegistryServer registry;

    Broker() throws Exception {
        registry = new RegistryServer();
        kafka = new KafkaClusterTestKit.Builder(new TestKitNodes.Builder()
                        .setCombined(true)
                        .setNumBrokerNodes(1)
                        .setNumControllerNodes(1)
                        .build())
                .setConfigProp("auto.create.topics.enable", "false")
                .setConfigProp("offsets.topic.num.partitions", "1")
                .setConfigProp("offsets.topic.replication.factor", "1")
                .setConfigProp("transaction.state.log.num.partitions", "1")
                .setConfigProp("transaction.state.log.replication.factor", "1")
                .setConfigProp("transaction.state.log.min.isr", "1")
                .setConfigProp("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000")
                .setConfigProp("group.initial.rebalance.delay.ms", "0")
                .setConfigProp("group.min.session.timeout.ms", "1000")
                .build();
        kafka.format();
        kafka.startup();
        kafka.waitForReadyBrokers();
    }

    /** What a client is told. */
    Map<String, String> clients() {
        return Map.of("bootstrap.servers", kafka.bootstrapServers(), "schema.registry.url", registry.url());
    }

    private static TopicSettings settings(String prefix) {
        TopicSettings usual = TopicSettings.DEFAULT;
        return new TopicSettings(
                prefix,
                PARTITIONS,
                usual.replicationFactor(),
                usual.pageRetention(),
                usual.recognitionRetention(),
                usual.deadLetterRetention(),
                true);
    }

    /** A service on topics under a prefix, with sessions that end soon. */
    static FeedbackConfig config(Map<String, String> clients, String prefix, Path stateDir) {
        Map<String, String> hasty = Map.of(
                "consumer.session.timeout.ms", "3000",
                "consumer.heartbeat.interval.ms", "500",
                "producer.transaction.timeout.ms", "5000",
                "producer.delivery.timeout.ms", "4000",
                "producer.request.timeout.ms", "3000");
        FeedbackConfig.Http http = new FeedbackConfig.Http(
                true, "127.0.0.1", 0, Optional.empty(), List.of(), 1 << 20, Duration.ofSeconds(20), 8192);
        return new FeedbackConfig(
                clients,
                settings(prefix),
                PageLimits.DEFAULT,
                new FeedbackConfig.Feedback(
                        prefix + "feedback",
                        Optional.of(stateDir),
                        1,
                        1,
                        Optional.empty(),
                        2,
                        Duration.ofDays(365),
                        http,
                        hasty));
    }

    Stage stage(String prefix) {
        return new Stage(prefix);
    }

    /** Topics of one test. */
    final class Stage implements AutoCloseable {
        private final Topics topics;
        private final AvroSerdes serdes = new AvroSerdes(clients());
        private final KafkaProducer<String, SpecificRecord> producer;

        private Stage(String prefix) {
            topics = new Topics(settings(prefix), PageLimits.DEFAULT);
            try (Admin admin = Admin.create(Map.copyOf(clients()))) {
                topics.ensure(admin);
            }
            producer = new KafkaProducer<>(Map.copyOf(clients()), new StringSerializer(), serdes.anySerializer());
        }

        Future<RecordMetadata> send(Recognition recognition, Instant at) {
            return send(topics.recognitions(), recognition.getPageId(), recognition, at);
        }

        Future<RecordMetadata> send(Correction correction, Instant at) {
            return send(topics.corrections(), correction.getPageId(), correction, at);
        }

        private Future<RecordMetadata> send(Topic<?> topic, String pageId, SpecificRecord value, Instant at) {
            return producer.send(new ProducerRecord<>(topic.name(), null, at.toEpochMilli(), pageId, value));
        }

        /** Reads the labels that a {@code read_committed} consumer sees, until they satisfy. */
        List<ConsumerRecord<String, LabeledPage>> labels(
                Predicate<List<ConsumerRecord<String, LabeledPage>>> enough, Duration atMost) {
            List<ConsumerRecord<String, LabeledPage>> labels = new ArrayList<>();
            Map<String, Object> config = new HashMap<>(clients());
            config.put("isolation.level", "read_committed");
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
                List<TopicPartition> partitions = consumer
                        .partitionsFor(topics.labeled().name())
                        .stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
                consumer.assign(partitions);
                consumer.seekToBeginning(partitions);
                long deadline = System.nanoTime() + atMost.toNanos();
                while (!enough.test(labels)) {
                    if (System.nanoTime() - deadline > 0) {
                        throw new AssertionError(
                                "more labels expected within " + atMost + ", " + labels.size() + " found");
                    }
                    consumer.poll(Duration.ofMillis(100)).forEach(record -> labels.add(read(record)));
                }
            }
            return labels;
        }

        /** Whether a service has done all there is to do. */
        boolean done(String group) throws Exception {
            try (Admin admin = Admin.create(Map.copyOf(clients()))) {
                Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get();
                Map<TopicPartition, OffsetSpec> ends = Stream.of(topics.corrections(), topics.recognitions())
                        .flatMap(topic ->
                                IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(topic.name(), i)))
                        .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
                return admin.listOffsets(ends).all().get().entrySet().stream()
                        .allMatch(end -> committed.containsKey(end.getKey())
                                && committed.get(end.getKey()).offset()
                                        >= end.getValue().offset());
            }
        }

        private ConsumerRecord<String, LabeledPage> read(ConsumerRecord<String, byte[]> record) {
            LabeledPage label = serdes.labeledPage().deserializer().deserialize(record.topic(), record.value());
            return new ConsumerRecord<>(record.topic(), record.partition(), record.offset(), record.key(), label);
        }

        @Override
        public void close() {
            producer.close();
        }
    }

    @Override
    public void close() {
        registry.close();
        Utils.closeQuietly(kafka, "broker");
    }
}
