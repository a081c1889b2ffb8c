package dev.scriptorium.worker;

import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageEngine;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.Patience;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.AdapterFolders;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.worker.adapter.AdapterLoader;
import dev.scriptorium.worker.adapter.AdapterRegistry;
import dev.scriptorium.worker.adapter.AdapterReporter;
import dev.scriptorium.worker.adapter.AdapterSwap;
import dev.scriptorium.worker.adapter.AdapterWatcher;
import dev.scriptorium.worker.kafka.TransactionalSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes a worker of its configuration. */
final class WorkerParts {
    private final WorkerConfig config;
    private final Clock clock;
    private final Topics topics;
    private final AvroSerdes serdes;
    private final BlobStore blobs;
    private final Patience patience = new Patience(time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()));

    WorkerParts(WorkerConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        topics = new Topics(config.topics(), config.limits());
        serdes = new AvroSerdes(config.kafka());
        blobs = BlobStore.open(config.blobs().uri());
    }

    /** A worker that follows the adapters. */
    InferenceWorker following(OcrEngine engine) {
        AdapterRegistry registry = new AdapterRegistry();
        EngineThread thread = thread(engine, registry);
        return worker(consumer(), producer(), thread, Optional.of(watcher(engine, thread, registry)));
    }

    /** A worker that reads with nothing but what its engine is. */
    InferenceWorker worker(PageEngine engine) {
        return worker(engine, consumer(), producer());
    }

    /** The same with other clients. */
    InferenceWorker worker(PageEngine engine, Consumer<byte[], byte[]> consumer, Producer<byte[], byte[]> producer) {
        return worker(consumer, producer, thread(engine, new AdapterRegistry()), Optional.empty());
    }

    private Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(config.consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Producer<byte[], byte[]> producer() {
        return new KafkaProducer<>(config.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private InferenceWorker worker(
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer,
            EngineThread thread,
            Optional<AdapterWatcher> adapters) {
        return new InferenceWorker(
                topics.pages().name(),
                config,
                consumer,
                new TransactionalSink(producer, System::nanoTime),
                thread,
                adapters);
    }

    private EngineThread thread(PageEngine engine, AdapterRegistry registry) {
        String id = config.worker().id();
        return new EngineThread(
                engine,
                new PageLoader(serdes.pageImage().deserializer(), blobs, config.limits(), patience),
                new ResultWriter(
                        topics.recognitions().name(),
                        topics.shadows().name(),
                        new DeadLetterQueue(topics.deadLetters(), id, clock),
                        serdes.anySerializer(),
                        config.model().incomplete(),
                        id,
                        clock),
                registry::of,
                config.adapters().shadowTimeout(),
                config.worker().loaderThreads(),
                config.worker().maxBytesInFlight());
    }

    private AdapterWatcher watcher(OcrEngine engine, EngineThread thread, AdapterRegistry registry) {
        return new AdapterWatcher(
                new KafkaConsumer<>(
                        config.adapterConsumerConfig(), new StringDeserializer(), new ByteArrayDeserializer()),
                topics.adapters().name(),
                serdes.adapterManifest().deserializer(),
                () -> new AdapterLoader(
                        new AdapterFolders(adapterFolder(), blobs),
                        engine.config(),
                        thread.call(engine::modelDigest),
                        thread.call(engine::adapterTrial)),
                registry,
                new AdapterSwap(engine, thread::call, registry),
                new AdapterReporter(
                        new KafkaProducer<>(
                                config.eventProducerConfig(), new StringSerializer(), new ByteArraySerializer()),
                        topics.adapterEvents().name(),
                        serdes.adapterEvent().serializer(),
                        config.worker().id(),
                        clock),
                patience);
    }

    private Path adapterFolder() throws IOException {
        Optional<Path> dir = config.adapters().dir();
        return dir.isPresent() ? dir.get() : Files.createTempDirectory("scriptorium-adapters-");
    }
}
