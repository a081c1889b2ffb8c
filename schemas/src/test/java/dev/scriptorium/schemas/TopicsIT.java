package dev.scriptorium.schemas;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicsIT {
    private static final PageLimits LIMITS = new PageLimits(8 << 20, 8 << 20);

    private static KafkaClusterTestKit kafka;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        kafka = new KafkaClusterTestKit.Builder(new TestKitNodes.Builder()
                        .setCombined(true)
                        .setNumBrokerNodes(1)
                        .setNumControllerNodes(1)
                        .build())
                .setConfigProp("auto.create.topics.enable", "false")
                .setConfigProp("default.replication.factor", "1")
                .setConfigProp("offsets.topic.replication.factor", "1")
                .build();
        kafka.format();
        kafka.startup();
        kafka.waitForReadyBrokers();
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        kafka.close();
    }

    private static Topics topics(String prefix, PageLimits limits, boolean create) {
        return new Topics(
                new TopicSettings(
                        prefix, 3, -1, Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(90), create),
                limits);
    }

    private static Map<String, Config> configs(Topics topics) throws Exception {
        Map<String, Config> configs = new HashMap<>();
        admin.describeConfigs(topics.all().stream()
                        .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                        .toList())
                .all()
                .get()
                .forEach((resource, config) -> configs.put(resource.name(), config));
        return configs;
    }

    @Test
    void createsWhatTheCatalogueHoldsAndOnlyOnce() throws Exception {
        Topics topics = topics("once.", LIMITS, true);
        assertThat(topics.ensure(admin))
                .containsExactlyInAnyOrder(
                        "once.intake",
                        "once.pages",
                        "once.recognitions",
                        "once.documents",
                        "once.corrections",
                        "once.labeled",
                        "once.quarantine",
                        "once.adapters",
                        "once.adapter-history",
                        "once.adapter-events",
                        "once.shadows",
                        "once.dead-letters");
        assertThat(topics.ensure(admin)).isEmpty();

        Map<String, Config> configs = configs(topics);
        assertThat(configs.values())
                .allSatisfy(config -> assertThat(config.get("max.message.bytes").value())
                        .isEqualTo(Integer.toString(LIMITS.maxRecordBytes())));
        assertThat(configs.get("once.pages").get("cleanup.policy").value()).isEqualTo("delete");
        assertThat(configs.get("once.pages").get("retention.ms").value())
                .isEqualTo(Long.toString(Duration.ofDays(30).toMillis()));
        assertThat(configs.get("once.recognitions").get("cleanup.policy").value())
                .isEqualTo("compact,delete");
        assertThat(configs.get("once.adapter-history").get("retention.ms").value())
                .isEqualTo("-1");
        assertThat(configs.get("once.adapter-history").get("cleanup.policy").value())
                .isEqualTo("delete");
        assertThat(configs.get("once.labeled").get("cleanup.policy").value()).isEqualTo("compact");
        assertThat(admin.describeTopics(List.of("once.pages", "once.adapters"))
                        .allTopicNames()
                        .get()
                        .values())
                .extracting(topic -> topic.partitions().size())
                .containsExactlyInAnyOrder(3, 1);
    }

    @Test
    void reportsEverythingThatDoesNotSuit() throws Exception {
        admin.createTopics(List.of(
                        new NewTopic("wrong.pages", 2, (short) 1).configs(Map.of("max.message.bytes", "1000")),
                        new NewTopic("wrong.labeled", 3, (short) 1)
                                .configs(Map.of("max.message.bytes", Integer.toString(LIMITS.maxRecordBytes())))))
                .all()
                .get();
        assertThatThrownBy(() -> topics("wrong.", LIMITS, true).ensure(admin))
                .isInstanceOfSatisfying(TopicMismatchException.class, e -> assertThat(e.problems())
                        .containsExactly(
                                "topic wrong.pages: 3 partitions expected, 2 found",
                                "topic wrong.pages: max.message.bytes of at least " + LIMITS.maxRecordBytes()
                                        + " expected (max-page-bytes and 65536 more), 1000 found",
                                "topic wrong.labeled: cleanup.policy=compact expected, delete found"));
    }

    @Test
    void createsNothingWhereItIsNotWanted() {
        assertThatThrownBy(() -> topics("absent.", LIMITS, false).ensure(admin))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("topic absent.pages: expected to exist, not found")
                .hasMessageContaining("topic absent.dead-letters: expected to exist, not found");
    }

    @Test
    void noticesABrokerThatRefusesSuchLargeRequests() {
        PageLimits huge = new PageLimits(200 << 20, 1_000_000);
        assertThatThrownBy(() -> topics("huge.", huge, true).ensure(admin))
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContainingAll("broker ", "socket.request.max.bytes of at least");
    }

    @Test
    void carriesAPageOfTheLargestSizeAndNoneAbove() throws Exception {
        Topics topics = topics("sizes.", LIMITS, true);
        topics.ensure(admin);
        AvroSerdes serdes = new AvroSerdes(Map.of("schema.registry.url", "mock://topics"));
        Map<String, Object> config = new HashMap<>(LIMITS.producerConfig());
        config.put("bootstrap.servers", kafka.bootstrapServers());
        PageImage largest = page(LIMITS.maxPageBytes());
        try (KafkaProducer<String, PageImage> producer = new KafkaProducer<>(
                config, new StringSerializer(), serdes.of(topics.pages()).serializer())) {
            producer.send(new ProducerRecord<>(topics.pages().name(), 0, "doc/1", largest))
                    .get();
            PageImage above = page(LIMITS.maxPageBytes() + PageLimits.RECORD_OVERHEAD_BYTES);
            assertThatThrownBy(() -> producer.send(
                                    new ProducerRecord<>(topics.pages().name(), 0, "doc/1", above))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
        assertThat(read(topics.pages(), serdes)).isEqualTo(largest);
    }

    private static PageImage page(int bytes) {
        return PageImage.newBuilder(Samples.page())
                .setImage(ByteBuffer.wrap(new byte[bytes]))
                .build();
    }

    private static PageImage read(Topic<PageImage> topic, AvroSerdes serdes) {
        Map<String, Object> config = new HashMap<>(LIMITS.consumerConfig());
        config.put("bootstrap.servers", kafka.bootstrapServers());
        config.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<String, PageImage> consumer = new KafkaConsumer<>(
                config, new StringDeserializer(), serdes.of(topic).deserializer())) {
            consumer.assign(List.of(new TopicPartition(topic.name(), 0)));
            Instant limit = Instant.now().plusSeconds(60);
            while (Instant.now().isBefore(limit)) {
                ConsumerRecords<String, PageImage> records = consumer.poll(Duration.ofSeconds(1));
                if (!records.isEmpty()) {
                    return records.iterator().next().value();
                }
            }
        }
        throw new AssertionError("no record within 60 s");
    }

    @Test
    void keepsTwoCopiesInStepWhereThereAreThree() {
        TopicSettings settings =
                new TopicSettings("x.", 3, 3, Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), true);
        Topics topics = new Topics(settings, LIMITS);
        assertThat(topics.config(topics.pages())).containsEntry("min.insync.replicas", "2");
        assertThat(topics.pages().retention()).isEqualTo(Optional.of(Duration.ofDays(1)));
    }
}
