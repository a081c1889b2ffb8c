package dev.scriptorium.worker;

import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;

/** Topics and a consumer group of their own on the shared broker, for one test. */
final class Stage implements AutoCloseable {

    static final int PARTITIONS = 6;

    private final Cluster cluster;
    private final Place place;
    private final Topics topics;
    private final AvroSerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * What a worker has to know to find the stage, also in another process.
     *
     * @param prefix of the topics and the group
     */
    record Place(String bootstrap, String registryUrl, Path blobs, String prefix, PageLimits limits) {

        private TopicSettings topics() {
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

        /** What a worker here is told. */
        WorkerConfig worker(String id, WorkerConfig.Protocol protocol, long maxBytesInFlight) {
            Map<String, String> session =
                    switch (protocol) {
                        case CONSUMER -> Map.of();
                        case CLASSIC ->
                            Map.of(
                                    "session.timeout.ms",
                                    Integer.toString(Broker.SESSION_TIMEOUT_MILLIS),
                                    "heartbeat.interval.ms",
                                    "500");
                    };
            Map<String, String> shortTransactions = Map.of(
                    "transaction.timeout.ms", "5000", "delivery.timeout.ms", "4000", "request.timeout.ms", "3000");
            return new WorkerConfig(
                    Map.of("bootstrap.servers", bootstrap, "schema.registry.url", registryUrl),
                    topics(),
                    limits,
                    new WorkerConfig.Blobs(URI.create("file:" + blobs.toAbsolutePath())),
                    WorkerConfig.Model.BUNDLED,
                    WorkerConfig.Adapters.DEFAULT,
                    new WorkerConfig.Worker(
                            prefix + id,
                            prefix + "workers",
                            protocol,
                            32,
                            maxBytesInFlight,
                            Duration.ofMillis(50),
                            Duration.ofSeconds(5),
                            2,
                            3,
                            session,
                            shortTransactions));
        }
    }

    Stage(Cluster cluster, Path blobs, String prefix, PageLimits limits) {
        this.cluster = cluster;
        place = new Place(cluster.bootstrap(), cluster.registryUrl(), blobs, prefix, limits);
        topics = new Topics(place.topics(), limits);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            topics.ensure(admin);
        }
        serdes = new AvroSerdes(Map.of("schema.registry.url", cluster.registryUrl()));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrap(), "max.request.size", 64 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    Place place() {
        return place;
    }

    /** What a worker of this stage is told. */
    WorkerConfig config(String id, WorkerConfig.Protocol protocol) {
        return place.worker(id, protocol, 64 << 20);
    }

    /** A page whose image is its text. */
    static PageImage page(String pageId, String text) {
        return page(pageId)
                .setImage(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
                .build();
    }

    /** A page without an image. */
    static PageImage.Builder page(String pageId) {
        return PageImage.newBuilder()
                .setPageId(pageId)
                .setDocumentId(pageId)
                .setPageNumber(1)
                .setMediaType("image/png")
                .setIngestedAt(Instant.EPOCH);
    }

    /** Sends pages and waits until the broker has them. */
    List<RecordMetadata> send(List<PageImage> pages) throws Exception {
        List<Future<RecordMetadata>> sent = pages.stream().map(this::send).toList();
        List<RecordMetadata> there = new ArrayList<>();
        for (Future<RecordMetadata> page : sent) {
            there.add(page.get());
        }
        return there;
    }

    Future<RecordMetadata> send(PageImage page) {
        byte[] value = serdes.pageImage().serializer().serialize(topics.pages().name(), page);
        return send(page.getPageId(), value);
    }

    Future<RecordMetadata> send(String pageId, byte[] value) {
        return producer.send(
                new ProducerRecord<>(topics.pages().name(), pageId.getBytes(StandardCharsets.UTF_8), value));
    }

    byte[] serialize(PageImage page) {
        return serdes.pageImage().serializer().serialize(topics.pages().name(), page);
    }

    /**
     * Publishes a manifest.
     *
     * @return its offset
     */
    long publish(AdapterManifest manifest) throws Exception {
        byte[] value = serdes.adapterManifest()
                .serializer()
                .serialize(topics.adapters().name(), manifest);
        return publish(manifest.getDomain(), value);
    }

    long publish(String domain, byte[] value) throws Exception {
        return producer.send(
                        new ProducerRecord<>(topics.adapters().name(), domain.getBytes(StandardCharsets.UTF_8), value))
                .get()
                .offset();
    }

    /** What workers say about adapters, from the beginning. */
    Follower<AdapterEvent> adapterEvents() {
        return new Follower<>(topics.adapterEvents());
    }

    /** What adapters on trial read beside the active ones, from the beginning. */
    Follower<Recognition> shadows() {
        return new Follower<>(topics.shadows());
    }

    /** A reader of one topic. */
    final class Follower<T extends SpecificRecord> implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Deserializer<T> deserializer;

        private Follower(Topic<T> topic) {
            deserializer = serdes.of(topic).deserializer();
            consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", cluster.bootstrap(), "isolation.level", "read_committed"),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        /** What has come since. */
        List<T> poll() {
            List<T> records = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(20))) {
                records.add(deserializer.deserialize(record.topic(), record.value()));
            }
            return records;
        }

        /** What has come since, up to what is there now. */
        List<T> readToEnd() {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            List<T> records = new ArrayList<>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                records.addAll(poll());
            }
            return records;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    /** Makes the recognitions' topic refuse larger records. */
    void limitRecognitions(int maxBytes) throws Exception {
        ConfigResource topic = new ConfigResource(
                ConfigResource.Type.TOPIC, topics.recognitions().name());
        AlterConfigOp set = new AlterConfigOp(
                new ConfigEntry("max.message.bytes", Integer.toString(maxBytes)), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
        }
    }

    /** How many pages the group has committed. */
    long committedPages() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            return admin
                    .listConsumerGroupOffsets(place.prefix() + "workers")
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        }
    }

    /** Reads what a {@code read_committed} consumer sees of results and dead letters, from the beginning. */
    Results results() {
        return new Results();
    }

    /** A reader of both result topics, in the order in which the broker shows them. */
    final class Results implements AutoCloseable {
        final List<Recognition> recognitions = new ArrayList<>();
        final List<DeadLetter> letters = new ArrayList<>();
        final List<ConsumerRecord<byte[], byte[]>> raw = new ArrayList<>();
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final List<TopicPartition> partitions;

        Results() {
            consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", cluster.bootstrap(), "isolation.level", "read_committed"),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            partitions = List.of(topics.recognitions(), topics.deadLetters()).stream()
                    .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        int size() {
            return raw.size();
        }

        void poll() {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                raw.add(record);
                if (record.topic().equals(topics.recognitions().name())) {
                    recognitions.add(serdes.recognition().deserializer().deserialize(record.topic(), record.value()));
                } else {
                    letters.add(serdes.deadLetter().deserializer().deserialize(record.topic(), record.value()));
                }
            }
        }

        /** Reads until there are so many. */
        Results await(int count, Duration atMost) {
            long deadline = System.nanoTime() + atMost.toNanos();
            while (size() < count) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(count + " results expected within " + atMost + ", " + size() + " found");
                }
                poll();
            }
            return this;
        }

        /** Reads all there is. */
        void readToEnd() {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                poll();
            }
        }

        Optional<DeadLetter> letter(String pageId) {
            return letters.stream().filter(l -> l.getPageId().equals(pageId)).findFirst();
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
