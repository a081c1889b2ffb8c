package dev.scriptorium.worker;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.ComputeType;
import dev.scriptorium.schemas.PageLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A worker in a process of its own, to be killed and frozen. Ends gracefully on SIGTERM. */
final class ChaosWorker {

    /** The control stands still after this many results. */
    static final int CONTROL_PAGES = 200;

    /** What reads the pages. */
    enum Reader {
        /** Gives the image's bytes back as text after a short random pause. */
        FAST,
        /** The bundled model with the adapters that are published; the image is one line. */
        NANO
    }

    private ChaosWorker() {}

    /** Arguments: bootstrap, registry, blobs, prefix, id, protocol, seed, transactions (true or false), reader. */
    public static void main(String[] args) throws InterruptedException, IOException {
        WorkerConfig config = new Stage.Place(args[0], args[1], Path.of(args[2]), args[3], PageLimits.DEFAULT)
                .worker(args[4], WorkerConfig.Protocol.valueOf(args[5]), 16 << 20);
        InferenceWorker worker =
                switch (Reader.valueOf(args[8])) {
                    case FAST -> fast(config, Long.parseLong(args[6]), Boolean.parseBoolean(args[7]));
                    case NANO -> InferenceWorker.open(config, nano(), Clock.systemUTC());
                };
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.stop();
            try {
                main.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        worker.run();
    }

    private static InferenceWorker fast(WorkerConfig config, long seed, boolean transactions) {
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config.consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Producer<byte[], byte[]> producer = transactions
                ? new KafkaProducer<>(config.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer())
                : new WithoutTransactions(config);
        return InferenceWorker.withoutAdapters(config, new FastEngine(seed, 4), Clock.systemUTC(), consumer, producer);
    }

    private static OcrEngine nano() throws IOException {
        Path folder = BundledModel.folder();
        EngineOptions options =
                EngineOptions.suiting(ModelConfig.read(folder), Optional.empty(), 200, Duration.ofMinutes(1));
        return OcrEngine.open(folder, ComputeType.best(), options);
    }

    /**
     * The control: the same calls, but results are out as soon as they are sent, and offsets would be
     * committed at the end. Before that it stands still, so that a kill always comes in between.
     */
    private static final class WithoutTransactions extends KafkaProducer<byte[], byte[]> {
        private int sent;

        WithoutTransactions(WorkerConfig config) {
            super(idempotent(config), new ByteArraySerializer(), new ByteArraySerializer());
        }

        private static Map<String, Object> idempotent(WorkerConfig config) {
            Map<String, Object> settings = new HashMap<>(config.producerConfig());
            settings.remove("transactional.id");
            settings.remove("transaction.timeout.ms");
            return settings;
        }

        @Override
        public void initTransactions() {}

        @Override
        public void beginTransaction() {}

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
            sent++;
            return super.send(record);
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> finished, ConsumerGroupMetadata group) {}

        @Override
        public void commitTransaction() {
            flush();
            while (sent >= CONTROL_PAGES) {
                LockSupport.park();
            }
        }
    }
}
