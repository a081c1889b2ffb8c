package dev.scriptorium.ingest.documents;

import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.Patience;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is written on documents and results from now on, on a thread of its own, and tells of what is followed. */
final class TopicFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final DocumentReadings readings;
    private final Topics topics;
    private final Deserializer<DocumentStatus> statusReader;
    private final Deserializer<Recognition> recognitionReader;
    private final Deserializer<DeadLetter> letterReader;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Patience patience = new Patience(pause -> TimeUnit.MILLISECONDS.sleep(pause.toMillis()));
    private final Thread thread = new Thread(this::run, "document-follower");
    private volatile boolean closing;

    TopicFollower(IngestConfig config, DocumentReadings readings) {
        this.readings = readings;
        topics = new Topics(config.topics(), config.limits());
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        statusReader = serdes.documentStatus().deserializer();
        recognitionReader = serdes.recognition().deserializer();
        letterReader = serdes.deadLetter().deserializer();
        consumer = new KafkaConsumer<>(config.consumerConfig(), new StringDeserializer(), new ByteArrayDeserializer());
        thread.setDaemon(true);
    }

    /** Notes where the topics end now, and reads on from there. */
    void start() {
        List<TopicPartition> partitions = Stream.of(topics.intake(), topics.recognitions(), topics.deadLetters())
                .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        // Seeking is lazy; asking for the position does it now.
        partitions.forEach(consumer::position);
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                try {
                    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                        take(record);
                    }
                } catch (WakeupException e) {
                    LOG.debug("asked to stop while polling", e);
                } catch (InterruptException e) {
                    throw e;
                } catch (KafkaException e) {
                    LOG.warn("event=not-followed retryMillis={}", RETRY.toMillis(), e);
                    TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
                }
            }
        } catch (InterruptedException | InterruptException e) {
            LOG.debug("asked to stop", e);
        } finally {
            Thread.interrupted(); // closing asks the brokers
            consumer.close();
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) throws InterruptedException {
        String key = record.key() == null ? "" : record.key();
        if (record.topic().equals(topics.intake().name())) {
            if (record.value() == null) {
                readings.forget(key);
            } else {
                read(record, statusReader).ifPresent(readings::update);
            }
            return;
        }
        Optional<String> document = PageIds.document(key).filter(readings::isFollowed);
        if (document.isEmpty() || record.value() == null) {
            return;
        }
        if (record.topic().equals(topics.recognitions().name())) {
            SourceOffset place = new SourceOffset(record.topic(), record.partition(), record.offset());
            read(record, recognitionReader)
                    .ifPresent(read -> readings.result(document.get(), PageOutcome.of(place, read)));
        } else {
            read(record, letterReader)
                    .ifPresent(letter -> readings.result(document.get(), PageOutcome.of(PageIds.number(key), letter)));
        }
    }

    /** Empty for what is none of ours; others may write to these topics too. */
    private <T> Optional<T> read(ConsumerRecord<String, byte[]> record, Deserializer<T> reader)
            throws InterruptedException {
        try {
            return Optional.of(patience.call(() -> reader.deserialize(record.topic(), record.value())));
        } catch (RecordException e) {
            LOG.warn(
                    "topic={} partition={} offset={} code={} left out",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.code());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        closing = true;
        if (!thread.isAlive()) {
            return;
        }
        consumer.wakeup();
        thread.interrupt(); // it may be waiting for the registry
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
