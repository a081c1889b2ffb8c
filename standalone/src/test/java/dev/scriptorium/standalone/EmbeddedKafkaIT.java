package dev.scriptorium.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddedKafkaIT {

    @TempDir
    Path data;

    @Test
    void keepsTransactionsOverARestartOnTheSameData() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.on(data, 0, Map.of())) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("words", 1, (short) 1)))
                        .all()
                        .get();
            }
            produce(kafka, "before");
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.on(data, 0, Map.of())) {
            produce(kafka, "after");
            assertThat(read(kafka, 2)).containsExactly("before", "after");
        }
    }

    @Test
    void removesTheDataOfATemporaryBroker() throws Exception {
        Path directory;
        try (EmbeddedKafka kafka = EmbeddedKafka.temporary(Map.of())) {
            directory = kafka.directory();
            assertThat(directory).isNotEmptyDirectory();
        }
        assertThat(directory).doesNotExist();
    }

    @Test
    void anInterruptedStartLeavesNoBrokerBehind() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> EmbeddedKafka.on(data, 0, Map.of()))
                .isInstanceOf(InterruptedException.class)
                .hasNoSuppressedExceptions();
        assertThat(Thread.interrupted()).isFalse();
        EmbeddedKafka.on(data, 0, Map.of()).close();
    }

    @Test
    void saysWhichPortAndDirectoryAreInTheWay() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.on(data, 0, Map.of())) {
            int port = Integer.parseInt(kafka.bootstrap().replaceFirst(".*:", ""));
            assertThatThrownBy(() -> EmbeddedKafka.on(data.resolve("other"), port, Map.of()))
                    .hasMessageContaining(kafka.bootstrap());
            assertThatThrownBy(() -> EmbeddedKafka.on(data, 0, Map.of())).hasMessageContaining(data.toString());
        }
    }

    private static void produce(EmbeddedKafka kafka, String word) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "transactional.id", "scribe"),
                new StringSerializer(),
                new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>("words", word));
            producer.commitTransaction();
            sent.get();
        }
    }

    private static List<String> read(EmbeddedKafka kafka, int count) {
        List<String> words = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("words", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (words.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> words.add(record.value()));
            }
        }
        return words;
    }
}
