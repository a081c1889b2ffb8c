package dev.scriptorium.worker;

import dev.scriptorium.model.engine.PageEngine;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.worker.kafka.OffsetTracker;
import dev.scriptorium.worker.kafka.Outbound;
import dev.scriptorium.worker.kafka.TransactionalSink;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages from one topic and writes what they say to another, exactly once.
 *
 * <p>The thread in {@link #run} polls, hands pages to the engine's thread, takes finished ones back and
 * commits; it never works on a page, so it never misses a poll however long one takes. Results leave in
 * the transaction that commits their pages' offsets, and only when all earlier pages of their partition
 * leave too.
 */
public final class InferenceWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InferenceWorker.class);
    private static final Duration IDLE_POLL = Duration.ofMillis(200);
    private static final Duration BUSY_POLL = Duration.ofMillis(10);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(30);

    private final String topic;
    private final WorkerConfig.Worker limits;
    private final Consumer<byte[], byte[]> consumer;
    private final TransactionalSink sink;
    private final EngineThread engine;
    private final OffsetTracker<Outbound> tracker = new OffsetTracker<>();

    private volatile boolean stopping;
    private long lastCommit = System.nanoTime();
    private long lastReport = System.nanoTime();
    private long committed;
    private long reported;

    /**
     * @param topic the pages' topic
     * @param limits how much may be in flight, and how often to commit
     * @param consumer of raw records, in a group, not committing by itself; closed with the worker
     * @param sink closed with the worker
     * @param engine not yet started; closed with the worker
     */
    InferenceWorker(
            String topic,
            WorkerConfig.Worker limits,
            Consumer<byte[], byte[]> consumer,
            TransactionalSink sink,
            EngineThread engine) {
        this.topic = topic;
        this.limits = limits;
        this.consumer = consumer;
        this.sink = sink;
        this.engine = engine;
    }

    /**
     * Puts a worker together.
     *
     * @param engine reads the pages; closed with the worker
     * @param clock stamps results
     */
    public static InferenceWorker open(WorkerConfig config, PageEngine engine, Clock clock) {
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config.consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer());
        return open(config, engine, clock, consumer, producer);
    }

    /** The same with clients made by the caller. */
    static InferenceWorker open(
            WorkerConfig config,
            PageEngine engine,
            Clock clock,
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer) {
        Topics topics = new Topics(config.topics(), config.limits());
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        Patience patience = new Patience(time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()));
        PageLoader loader = new PageLoader(
                serdes.pageImage().deserializer(), BlobStore.open(config.blobs().uri()), config.limits(), patience);
        String id = config.worker().id();
        ResultWriter writer = new ResultWriter(
                topics.recognitions().name(),
                new DeadLetterQueue(topics.deadLetters(), id, clock),
                serdes.anySerializer(),
                id,
                clock);
        EngineThread thread = new EngineThread(
                engine,
                loader,
                writer,
                config.worker().loaderThreads(),
                config.worker().maxBytesInFlight());
        TransactionalSink sink = new TransactionalSink(producer, System::nanoTime);
        return new InferenceWorker(topics.pages().name(), config.worker(), consumer, sink, thread);
    }

    /**
     * Works until {@link #stop}, then finishes what is in flight (or gives it back when that takes longer
     * than the grace time) and leaves the group. May be called once.
     *
     * @throws RuntimeException if it cannot go on: fenced, broker away for too long, engine broken
     */
    public void run() {
        try (this) {
            engine.start();
            sink.open();
            consumer.subscribe(List.of(topic), new Ownership());
            while (!stopping) {
                turn(isFull());
            }
            long deadline = System.nanoTime() + limits.shutdownGrace().toNanos();
            while (tracker.inFlight() > 0 && System.nanoTime() - deadline < 0) {
                turn(true);
            }
            LOG.info("event=stopped committed={} given-back={}", committed, tracker.inFlight());
        }
    }

    /** Asks {@link #run} to come to an end; any thread may. */
    public void stop() {
        stopping = true;
    }

    private void turn(boolean full) {
        if (full) {
            // Polling goes on, so that the group knows we live; it just brings nothing.
            consumer.pause(consumer.assignment());
        } else {
            consumer.resume(consumer.paused());
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(tracker.inFlight() == 0 ? IDLE_POLL : BUSY_POLL)) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            int bytes = Math.max(0, record.serializedValueSize());
            long ticket = tracker.begin(partition, record.offset(), record.leaderEpoch(), bytes);
            engine.submit(ticket, record);
        }
        for (EngineThread.Done page : engine.drain()) {
            tracker.complete(page.ticket(), page.result());
        }
        if (System.nanoTime() - lastCommit >= limits.commitInterval().toNanos()) {
            commit();
        }
        report();
    }

    private boolean isFull() {
        return tracker.inFlight() >= limits.maxPagesInFlight()
                || tracker.unfinishedBytes() >= limits.maxBytesInFlight();
    }

    private void commit() {
        OffsetTracker.Batch<Outbound> batch = tracker.finished();
        if (!batch.isEmpty() && sink.commit(batch, consumer.groupMetadata())) {
            tracker.committed(batch);
            committed += batch.results().size();
        }
        lastCommit = System.nanoTime();
    }

    private void report() {
        long now = System.nanoTime();
        if (now - lastReport >= REPORT_INTERVAL.toNanos()) {
            LOG.info(
                    "event=progress committed={} pages-per-second={} in-flight={} unfinished-bytes={} partitions={}",
                    committed,
                    Math.round(10e9 * (committed - reported) / (now - lastReport)) / 10.0,
                    tracker.inFlight(),
                    tracker.unfinishedBytes(),
                    consumer.assignment().size());
            lastReport = now;
            reported = committed;
        }
    }

    /** Called by the consumer, within {@code poll} and {@code close}, when partitions come and go. */
    private final class Ownership implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                commit(); // still ours: the last chance for what is finished
                drop("revoked", partitions);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            drop("lost", partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            LOG.info("event=assigned partitions={}", numbers(partitions));
            if (isFull() || stopping) {
                consumer.pause(partitions); // new partitions come unpaused
            }
        }

        private void drop(String event, Collection<TopicPartition> partitions) {
            List<Long> unfinished = tracker.drop(partitions);
            engine.cancel(unfinished);
            LOG.info("event={} partitions={} dropped={}", event, numbers(partitions), unfinished.size());
        }

        private Set<Integer> numbers(Collection<TopicPartition> partitions) {
            return new TreeSet<>(
                    partitions.stream().map(TopicPartition::partition).toList());
        }
    }

    /** Leaves the group, which gives back what is in flight, and closes engine and sink. */
    @Override
    public void close() {
        try (sink;
                engine) {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(10)));
        }
    }
}
