package dev.scriptorium.worker;

import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageEngine;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.worker.adapter.AdapterWatcher;
import dev.scriptorium.worker.kafka.Admission;
import dev.scriptorium.worker.kafka.OffsetTracker;
import dev.scriptorium.worker.kafka.Outbound;
import dev.scriptorium.worker.kafka.TransactionalSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages from one topic and writes what they say to another, exactly once.
 *
 * <p>The thread in {@link #run} polls, hands pages to the engine's thread, takes finished ones back and
 * commits; it never works on a page, so it never misses a poll however long one takes. Adapters come in by a
 * thread of their own ({@link AdapterWatcher}). Results leave in
 * the transaction that commits their pages' offsets, and only when all earlier pages of their partition
 * leave too. Which pages the engine has stands beside the offsets ({@link Admission}), so that one that
 * ends the process is found.
 */
public final class InferenceWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InferenceWorker.class);
    private static final Duration IDLE_POLL = Duration.ofMillis(200);
    private static final Duration BUSY_POLL = Duration.ofMillis(5);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(30);
    private static final Duration NOTE_TIMEOUT = Duration.ofSeconds(5);

    private final String topic;
    private final WorkerConfig.Worker limits;
    private final Duration adapterTimeout;
    private final Consumer<byte[], byte[]> consumer;
    private final TransactionalSink sink;
    private final EngineThread engine;
    private final Optional<AdapterWatcher> adapters;
    private final OffsetTracker<List<Outbound>> tracker = new OffsetTracker<>();
    private final Admission<ConsumerRecord<byte[], byte[]>> admission;

    private volatile boolean stopping;
    /** True once the engine broke: what it had in hand may be the cause. */
    private boolean broken;
    /** True while pages wait for the coordinator; said once. */
    private boolean unanswered;

    private long nextCommit = System.nanoTime();
    private long lastReport = System.nanoTime();
    private long committed;
    private long reported;

    /**
     * @param topic the pages' topic
     * @param config how much may be in flight, and how often to commit
     * @param consumer of raw records, in a group, not committing by itself; closed with the worker
     * @param sink closed with the worker
     * @param engine not yet started; closed with the worker
     * @param adapters not yet started; closed with the worker
     */
    InferenceWorker(
            String topic,
            WorkerConfig config,
            Consumer<byte[], byte[]> consumer,
            TransactionalSink sink,
            EngineThread engine,
            Optional<AdapterWatcher> adapters) {
        this.topic = topic;
        this.limits = config.worker();
        this.adapterTimeout = config.adapters().startTimeout();
        this.consumer = consumer;
        this.sink = sink;
        this.engine = engine;
        this.adapters = adapters;
        this.admission = new Admission<>(config.worker().maxAttempts());
    }

    /**
     * Puts a worker together.
     *
     * @param engine reads the pages; closed with the worker
     * @param clock stamps results
     * @throws IOException if an adapter is to be merged and cannot be read
     */
    public static InferenceWorker open(WorkerConfig config, OcrEngine engine, Clock clock) throws IOException {
        LOG.info("event=memory-plan {}", engine.memoryPlan());
        Optional<Path> merged = config.adapters().merged();
        if (merged.isPresent()) {
            LoraAdapter adapter = LoraAdapter.read(merged.get(), engine.config());
            engine.mergeAdapter(adapter);
            LOG.info("event=merged adapter={} folder={}", adapter.id(), merged.get());
            return withoutAdapters(config, engine, clock);
        }
        return new WorkerParts(config, clock).following(engine);
    }

    /** Puts one together for an engine that reads without adapters. */
    public static InferenceWorker withoutAdapters(WorkerConfig config, PageEngine engine, Clock clock) {
        return new WorkerParts(config, clock).worker(engine);
    }

    /** The same with clients made by the caller. */
    static InferenceWorker withoutAdapters(
            WorkerConfig config,
            PageEngine engine,
            Clock clock,
            Consumer<byte[], byte[]> consumer,
            Producer<byte[], byte[]> producer) {
        return new WorkerParts(config, clock).worker(engine, consumer, producer);
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
            adapters.ifPresent(AdapterWatcher::start);
            sink.open();
            awaitAdapters();
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

    /** Before this worker owns a partition: its pages would otherwise be read with less than is published. */
    private void awaitAdapters() {
        long deadline = System.nanoTime() + adapterTimeout.toNanos();
        try {
            while (adapters.isPresent() && !stopping && !adapters.get().awaitCurrent(BUSY_POLL)) {
                if (System.nanoTime() - deadline > 0) {
                    LOG.error("event=without-adapters cause=\"not all of them in use within {}\"", adapterTimeout);
                    return;
                }
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void turn(boolean full) {
        adapters.ifPresent(AdapterWatcher::check);
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
            admission.add(partition, record.offset(), ticket, record);
        }
        for (EngineThread.Done page : drain()) {
            admission.finished(page.ticket());
            tracker.complete(page.ticket(), page.results());
        }
        if (admission.waitsForCommit() || System.nanoTime() - nextCommit >= 0) {
            commit();
        }
        admit();
        report();
    }

    private List<EngineThread.Done> drain() {
        try {
            return engine.drain();
        } catch (IllegalStateException e) {
            broken = true;
            throw e;
        }
    }

    /** Hands over what may go in, once it is noted; what cannot be noted now is tried again in the next turn. */
    private void admit() {
        List<Admission.Entry<ConsumerRecord<byte[], byte[]>>> next;
        try {
            readNotes();
            next = admission.next(tracker::first);
            writeNotes();
            unanswered = false;
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException e) {
            // The group's coordinator has no time for it now: a rebalance is under way, or the broker away.
            if (!unanswered) {
                LOG.warn("event=not-admitted cause=\"{}\"", e.toString());
            }
            unanswered = true;
            return;
        }
        admission.handedOver();
        for (Admission.Entry<ConsumerRecord<byte[], byte[]>> entry : next) {
            if (entry.givenUp()) {
                LOG.error(
                        "event=given-up partition={} offset={} attempts={}",
                        entry.partition(),
                        entry.offset(),
                        entry.attempts());
                engine.giveUp(entry.ticket(), entry.record(), entry.attempts());
            } else {
                engine.submit(entry.ticket(), entry.record());
            }
        }
    }

    /**
     * Of partitions whose first records are here. Not when they are assigned: the answer may wait for a former owner's
     * open transaction, and the consumer does so without holding us up.
     */
    private void readNotes() {
        Set<TopicPartition> unread = admission.unread();
        if (!unread.isEmpty()) {
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(unread, NOTE_TIMEOUT);
            unread.forEach(partition -> readNote(partition, committed.get(partition)));
        }
    }

    private void readNote(TopicPartition partition, OffsetAndMetadata committed) {
        long offset = committed == null ? 0 : committed.offset();
        String note = committed == null ? "" : committed.metadata();
        if (admission.read(partition, offset, note)) {
            LOG.warn("event=ended-without-a-word partition={} offset={} note=\"{}\"", partition, offset, note);
        }
    }

    private void writeNotes() {
        Set<TopicPartition> unnoted = admission.unnoted();
        if (!unnoted.isEmpty()) {
            consumer.commitSync(TransactionalSink.offsets(tracker.watermarks(unnoted), admission::note), NOTE_TIMEOUT);
        }
    }

    private boolean isFull() {
        return tracker.inFlight() >= limits.maxPagesInFlight()
                || tracker.unfinishedBytes() >= limits.maxBytesInFlight();
    }

    private void commit() {
        OffsetTracker.Batch<List<Outbound>> batch = tracker.finished();
        if (batch.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        if (sink.commit(batch.flatMap(List::stream), admission::note, consumer.groupMetadata())) {
            tracker.committed(batch);
            committed += batch.results().size();
        }
        long end = System.nanoTime();
        // A broker that is slow to commit is asked less often: at most half of this thread's time goes there.
        nextCommit = end + Math.max(limits.commitInterval().toNanos(), end - start);
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
                giveBack(partitions);
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

        /** In good order: what is in flight did not end this worker. After a broken engine nobody knows. */
        private void giveBack(Collection<TopicPartition> partitions) {
            Map<TopicPartition, OffsetTracker.Watermark> inFlight = tracker.watermarks(partitions);
            if (!broken && !inFlight.isEmpty()) {
                sink.commit(OffsetTracker.Batch.of(inFlight), admission::lastNote, consumer.groupMetadata());
            }
        }

        private void drop(String event, Collection<TopicPartition> partitions) {
            List<Long> unfinished = tracker.drop(partitions);
            admission.drop(partitions);
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
            try {
                consumer.close(CloseOptions.timeout(Duration.ofSeconds(10)));
            } finally {
                adapters.ifPresent(AdapterWatcher::close);
            }
        }
    }
}
