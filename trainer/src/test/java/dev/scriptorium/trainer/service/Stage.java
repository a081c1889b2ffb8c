package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.Verdict;
import dev.scriptorium.trainer.adapters.AdapterDesk;
import dev.scriptorium.trainer.service.gate.GateRules;
import dev.scriptorium.trainer.service.watch.WatchRules;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Topics of one test, and what a trainer there is told. */
final class Stage implements AutoCloseable {
    static final String DOMAIN = "letters";
    /** Few pages are enough for tests; the rules themselves are strict. */
    static final GateRules RULES = new GateRules(8, 5, 0.95, 500, 0.005, 0.02, 0.1, 0.02, 0.1);

    private static final int PARTITIONS = 2;

    private final Map<String, String> clients;
    private final Topics topics;
    private final AvroSerdes serdes;
    private final KafkaProducer<String, SpecificRecord> producer;

    Stage(Broker broker, String prefix) {
        clients = broker.clients();
        topics = new Topics(settings(prefix), PageLimits.DEFAULT);
        serdes = new AvroSerdes(clients);
        try (Admin admin = Admin.create(Map.copyOf(clients))) {
            topics.ensure(admin);
        }
        producer = new KafkaProducer<>(Map.copyOf(clients), new StringSerializer(), serdes.anySerializer());
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

    /** A trainer of topics under a prefix. */
    static TrainerConfig config(Map<String, String> clients, String prefix, Path dir, int minLabels) {
        return new TrainerConfig(
                clients,
                settings(prefix),
                PageLimits.DEFAULT,
                new TrainerConfig.Blobs(
                        URI.create("file:" + dir.resolve("blobs").toAbsolutePath())),
                new TrainerConfig.Model(Optional.empty(), "f32", "cpu", Optional.empty(), 60, Duration.ofMinutes(5)),
                new TrainerConfig.Trainer(
                        prefix + "trainer",
                        prefix + "trainer",
                        dir.resolve("trainer"),
                        minLabels,
                        Duration.ofDays(1),
                        1_000,
                        0.5,
                        100,
                        10,
                        0,
                        Optional.empty(),
                        5,
                        Map.of(
                                "epochs", "6",
                                "least.steps", "0",
                                "batch", "12",
                                "warm.up", "2",
                                "rank", "8",
                                "alpha", "8",
                                "learning.rate", "0.004",
                                "input.noise", "0",
                                "distort", "false",
                                "replay", "0")),
                RULES,
                new WatchRules(0.05, 0.005, 0.1, 8, Duration.ofMillis(200), 20, 50));
    }

    /** Sends a page and its label. */
    void label(String documentId, byte[] image, String text) throws Exception {
        label(documentId, image, text, "", "");
    }

    /** The same of a page that an adapter had read. */
    void label(String documentId, byte[] image, String text, String recognized, String adapterId) throws Exception {
        String pageId = documentId + "/1";
        PageImage page = PageImage.newBuilder()
                .setPageId(pageId)
                .setDocumentId(documentId)
                .setPageNumber(1)
                .setDomain(DOMAIN)
                .setMediaType("image/png")
                .setImage(ByteBuffer.wrap(image))
                .setIngestedAt(Instant.EPOCH)
                .build();
        RecordMetadata at = send(topics.pages().name(), pageId, page);
        LabeledPage label = LabeledPage.newBuilder()
                .setPageId(pageId)
                .setDocumentId(documentId)
                .setPageNumber(1)
                .setDomain(DOMAIN)
                .setSource(new SourceOffset(at.topic(), at.partition(), at.offset()))
                .setRecognizedText(recognized)
                .setAdapterId(adapterId)
                .setTrueText(text)
                .setMode("line")
                .setVerdict(Verdict.EDITED)
                .setReviewer("Zoë")
                .setLabeledAt(Instant.EPOCH)
                .build();
        send(topics.labeled().name(), pageId, label);
    }

    /** Sends what an adapter read from a page. */
    void recognize(String documentId, String finishReason, double confidence, String adapterId) throws Exception {
        Recognition page = recognition(documentId, "text", finishReason, confidence, adapterId);
        send(topics.recognitions().name(), page.getPageId(), page);
    }

    /** Sends what an adapter on trial read beside the active one. */
    void shadow(String documentId, String text, String adapterId) throws Exception {
        Recognition page = recognition(documentId, text, "OK", 0.5, adapterId);
        send(topics.shadows().name(), page.getPageId(), page);
    }

    /** Puts an adapter on trial in the shadow of the active one. */
    void tryInShadow(String adapterId) {
        try (AdapterDesk desk = AdapterDesk.open(clients, topics, PageLimits.DEFAULT, "Zoë", Clock.systemUTC())) {
            desk.tryOut(adapterId, Optional.of(DOMAIN), Rollout.SHADOW, 1, "curious");
        }
    }

    private Recognition recognition(
            String documentId, String text, String finishReason, double confidence, String adapterId) {
        return Recognition.newBuilder()
                .setPageId(documentId + "/1")
                .setDocumentId(documentId)
                .setPageNumber(1)
                .setDomain(DOMAIN)
                .setSource(new SourceOffset(topics.pages().name(), 0, 0L))
                .setText(text)
                .setFinishReason(finishReason)
                .setConfidence(confidence)
                .setModelDigest("scripted")
                .setAdapterId(adapterId)
                .setRecognizedAt(Instant.EPOCH)
                .build();
    }

    /** Takes a label back. */
    void withdraw(String documentId) throws Exception {
        send(topics.labeled().name(), documentId + "/1", null);
    }

    private RecordMetadata send(String topic, String key, SpecificRecord value) throws Exception {
        return producer.send(new ProducerRecord<>(topic, key, value)).get();
    }

    /** Every manifest that a {@code read_committed} consumer sees, once there are so many. */
    List<AdapterManifest> manifests(int atLeast, Duration atMost) {
        Map<String, Object> config = new HashMap<>(clients);
        config.put("isolation.level", "read_committed");
        List<AdapterManifest> manifests = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topics.adapters().name(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + atMost.toNanos();
            while (manifests.size() < atLeast || consumer.position(partition) < end(consumer, partition)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(
                            atLeast + " manifests within " + atMost + " expected, " + manifests.size() + " found");
                }
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    manifests.add(serdes.adapterManifest().deserializer().deserialize(record.topic(), record.value()));
                }
            }
        }
        return manifests;
    }

    /** The adapter history as it stands. */
    List<AdapterChange> changes() {
        List<AdapterChange> changes = new ArrayList<>();
        try (TopicScan scan = new TopicScan(clients, PageLimits.DEFAULT)) {
            scan.all(topics.adapterHistory(), (place, domain, change) -> changes.add(change.orElseThrow()));
        }
        return changes;
    }

    /** What became of adapters. */
    List<AdapterEvent> events() {
        List<AdapterEvent> events = new ArrayList<>();
        try (TopicScan scan = new TopicScan(clients, PageLimits.DEFAULT)) {
            scan.all(topics.adapterEvents(), (place, domain, event) -> events.add(event.orElseThrow()));
        }
        return events;
    }

    private static long end(KafkaConsumer<?, ?> consumer, TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).get(partition);
    }

    /** Where the domain's group stands, by partition. */
    Map<Integer, Long> consumed(TrainerConfig config) throws Exception {
        Map<Integer, Long> consumed = new TreeMap<>();
        try (Admin admin = Admin.create(Map.copyOf(clients))) {
            admin.listConsumerGroupOffsets(config.trainer().group() + "." + DOMAIN)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> consumed.put(partition.partition(), offset.offset()));
        }
        return consumed;
    }

    @Override
    public void close() {
        producer.close();
    }
}
