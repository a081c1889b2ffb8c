package dev.scriptorium.worker;

import dev.scriptorium.model.engine.FinishReason;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.eval.EditDistance;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.Patience;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.worker.kafka.OffsetTracker;
import dev.scriptorium.worker.kafka.Outbound;
import dev.scriptorium.worker.kafka.TransactionalSink;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages again that were read before, with another model or adapter, and publishes what is read otherwise now, as a
 * further recognition that names the one it supersedes.
 *
 * <p>Which pages, the recognitions say: the last one of a page names the record it was read from. Pages are taken in the
 * order of their offsets; what was found, and how far this has come, go out in one transaction, as the offsets of a group of
 * the undertaking's own name. So it can be killed and goes on where it was, no page twice, and of two that do the same the
 * later one fences the earlier. Pages that people have corrected are left alone: their word counts more, and labels keep the
 * reading that was corrected. A page that fails, or whose new text is not whole where the old one was, keeps what it has.
 *
 * <p>Used by one thread.
 */
public final class Reocr implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reocr.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    /**
     * Which pages are meant; all of its parts must fit.
     *
     * @param since taken in then or later
     * @param until taken in before then
     * @param domain of the page; empty text for pages without one
     * @param document a document's id, or a page's
     */
    public record Wanted(
            Optional<Instant> since, Optional<Instant> until, Optional<String> domain, Optional<String> document) {

        boolean fits(Recognition page) {
            Instant taken = page.getIngestedAt().orElse(page.getRecognizedAt());
            return since.filter(taken::isBefore).isEmpty()
                    && until.filter(it -> !taken.isBefore(it)).isEmpty()
                    && domain.filter(it -> !it.equals(page.getDomain())).isEmpty()
                    && document.filter(it -> !it.equals(page.getDocumentId()) && !it.equals(page.getPageId()))
                            .isEmpty();
        }
    }

    /** What became of a page. The names are for machines and never change. */
    public enum Outcome {
        /** It is read otherwise now, and that is published. */
        CHANGED,
        /** It is read the same. */
        SAME,
        /** It could not be read, or not wholly; it keeps what it has. */
        FAILED,
        /** Retention has taken its record, or its image. */
        PAGE_GONE,
        /** Left alone: somebody has corrected it. */
        CORRECTED,
        /** Left alone: this model and adapter have read it last. */
        CURRENT,
        /** Done by an earlier run of the same undertaking. */
        DONE_BEFORE,
        /** To be read; told by a run that only looks. */
        WANTED,
        /** Left for a later run: as many as wanted were read. */
        LEFT
    }

    /**
     * A page that was looked at.
     *
     * @param before what it was read as
     * @param after what it is read as now; empty unless it was read
     * @param edits characters inserted, deleted or replaced between the two
     * @param message why, where it failed
     */
    public record Result(String pageId, Outcome outcome, String before, String after, int edits, String message) {}

    /** The last recognition of a page. */
    private record Earlier(SourceOffset place, Recognition recognition) {}

    /** A page the engine has. */
    private record Job(ConsumerRecord<byte[], Void> source, Loaded.Page page, Earlier earlier, long sinceNanos) {}

    private final Topics topics;
    private final WorkerConfig config;
    private final TopicScan scan;
    private final OcrEngine engine;
    private final String adapterId;
    private final String group;
    private final PageLoader loader;
    private final ResultWriter writer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final OffsetTracker<List<Outbound>> tracker = new OffsetTracker<>();
    private final Map<Long, Job> jobs = new HashMap<>();
    private final ByteBudget budget;
    private Consumer<Result> told = result -> {};

    /**
     * @param config of a worker; its id signs the recognitions, its group names the undertaking
     * @param scan closed with this
     * @param engine reads every domain's pages as they are to be read now; closed by the caller
     * @param adapterId what it reads with beside the weights; empty for nothing
     */
    public Reocr(WorkerConfig config, Topics topics, TopicScan scan, OcrEngine engine, String adapterId, Clock clock) {
        this.config = config;
        this.topics = topics;
        this.scan = scan;
        this.engine = engine;
        this.adapterId = adapterId;
        group = config.worker().group();
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        Patience patience = new Patience(time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()));
        loader = new PageLoader(
                serdes.pageImage().deserializer(), BlobStore.open(config.blobs().uri()), config.limits(), patience);
        writer = new ResultWriter(
                topics.recognitions().name(),
                topics.shadows().name(),
                new DeadLetterQueue(topics.deadLetters(), config.worker().id(), clock),
                serdes.anySerializer(),
                config.model().incomplete(),
                config.worker().id(),
                clock);
        budget = new ByteBudget(config.worker().maxBytesInFlight());
        Map<String, Object> settings = new HashMap<>(config.consumerConfig());
        settings.remove("group.protocol");
        settings.put("auto.offset.reset", "none");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Does it.
     *
     * @param limit pages to read at most
     * @param dryRun true to only say which pages would be read
     * @param results told of every page that fits, as soon as that is known
     * @throws InterruptedException if asked to stop; what was committed stays, and the next run goes on
     */
    public void run(Wanted wanted, int limit, boolean dryRun, Consumer<Result> results) throws InterruptedException {
        told = results;
        if (dryRun) {
            plan(wanted, limit).values().forEach(pages -> pages.values().forEach(it -> tell(it, Outcome.WANTED, "")));
            return;
        }
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer());
        try (TransactionalSink sink = new TransactionalSink(producer, System::nanoTime)) {
            sink.open(); // ends what an earlier run left open: only now do the offsets hold still
            read(plan(wanted, limit), sink);
        }
    }

    /** By partition and offset, the pages to read. */
    private Map<TopicPartition, NavigableMap<Long, Earlier>> plan(Wanted wanted, int limit) {
        Map<String, Earlier> last = new HashMap<>();
        scan.all(topics.recognitions(), (place, pageId, page) -> {
            last.remove(pageId);
            page.filter(wanted::fits).ifPresent(it -> last.put(pageId, new Earlier(place, it)));
        });
        Set<String> corrected = new HashSet<>();
        scan.all(topics.corrections(), (place, pageId, correction) -> {
            if (correction.isPresent()) {
                corrected.add(pageId);
            } else {
                corrected.remove(pageId);
            }
        });
        Map<TopicPartition, NavigableMap<Long, Earlier>> pages = new HashMap<>();
        for (Earlier page : last.values()) {
            SourceOffset source = page.recognition().getSource();
            pages.computeIfAbsent(new TopicPartition(source.getTopic(), source.getPartition()), it -> new TreeMap<>())
                    .put(source.getOffset(), page);
        }
        Map<TopicPartition, OffsetAndMetadata> done = consumer.committed(pages.keySet());
        int left = limit;
        for (Map.Entry<TopicPartition, NavigableMap<Long, Earlier>> partition : pages.entrySet()) {
            OffsetAndMetadata until = done.get(partition.getKey());
            NavigableMap<Long, Earlier> chosen = new TreeMap<>();
            for (Map.Entry<Long, Earlier> page : partition.getValue().entrySet()) {
                Outcome fate = fate(page.getValue(), corrected);
                if (until != null && page.getKey() < until.offset()) {
                    tell(page.getValue(), Outcome.DONE_BEFORE, "");
                } else if (fate != Outcome.WANTED) {
                    tell(page.getValue(), fate, "");
                } else if (left == 0) {
                    tell(page.getValue(), Outcome.LEFT, "");
                } else {
                    chosen.put(page.getKey(), page.getValue());
                    left--;
                }
            }
            partition.setValue(chosen);
        }
        pages.values().removeIf(Map::isEmpty);
        return pages;
    }

    private Outcome fate(Earlier page, Set<String> corrected) {
        Recognition it = page.recognition();
        if (corrected.contains(it.getPageId())) {
            return Outcome.CORRECTED;
        }
        return it.getModelDigest().equals(engine.modelDigest())
                        && it.getAdapterId().equals(adapterId)
                ? Outcome.CURRENT
                : Outcome.WANTED;
    }

    private void read(Map<TopicPartition, NavigableMap<Long, Earlier>> plan, TransactionalSink sink)
            throws InterruptedException {
        Deque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
        begin(plan);
        long commitAt = System.nanoTime();
        long answerBy = System.nanoTime() + ANSWER.toNanos();
        while (!plan.isEmpty() || !polled.isEmpty() || tracker.inFlight() > 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException("asked to stop");
            }
            if (polled.isEmpty() && engine.inFlight() == 0 && !plan.isEmpty()) {
                consumer.poll(POLL).forEach(polled::add);
                if (!polled.isEmpty() || dropEnded(plan)) {
                    answerBy = System.nanoTime() + ANSWER.toNanos();
                } else if (System.nanoTime() - answerBy > 0) {
                    throw new IllegalStateException("pages within " + ANSWER + " expected, none found");
                }
            }
            while (!polled.isEmpty() && engine.inFlight() < config.worker().maxPagesInFlight()) {
                take(polled.remove(), plan);
            }
            engine.step().forEach(this::finish);
            if (System.nanoTime() - commitAt >= config.worker().commitInterval().toNanos()) {
                commit(sink);
                commitAt = System.nanoTime();
            }
        }
    }

    private void begin(Map<TopicPartition, NavigableMap<Long, Earlier>> plan) {
        consumer.assign(plan.keySet());
        consumer.beginningOffsets(plan.keySet()).forEach((partition, beginning) -> {
            NavigableMap<Long, Earlier> pages = plan.get(partition);
            while (!pages.isEmpty() && pages.firstKey() < beginning) {
                gone(partition, pages.pollFirstEntry());
            }
            consumer.seek(partition, pages.isEmpty() ? beginning : pages.firstKey());
        });
        dropEnded(plan);
    }

    /** Leaves partitions in which nothing is left to read. */
    private boolean dropEnded(Map<TopicPartition, NavigableMap<Long, Earlier>> plan) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(plan.keySet());
        plan.forEach((partition, pages) -> {
            while (!pages.isEmpty() && consumer.position(partition) >= ends.get(partition)) {
                gone(partition, pages.pollFirstEntry());
            }
        });
        boolean dropped = plan.values().removeIf(Map::isEmpty);
        if (dropped) {
            consumer.assign(plan.keySet());
        }
        return dropped;
    }

    private void gone(TopicPartition partition, Map.Entry<Long, Earlier> page) {
        long ticket = tracker.begin(partition, page.getKey(), Optional.empty(), 0);
        tracker.complete(ticket, List.of());
        tell(page.getValue(), Outcome.PAGE_GONE, partition + " offset " + page.getKey() + ": retention has taken it");
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Map<TopicPartition, NavigableMap<Long, Earlier>> plan)
            throws InterruptedException {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        NavigableMap<Long, Earlier> pages = plan.getOrDefault(partition, new TreeMap<>());
        while (!pages.isEmpty() && pages.firstKey() < record.offset()) {
            gone(partition, pages.pollFirstEntry());
        }
        Earlier earlier = pages.remove(record.offset());
        if (pages.isEmpty() && plan.remove(partition) != null) {
            consumer.assign(plan.keySet());
        }
        if (earlier == null) {
            return;
        }
        long ticket = tracker.begin(partition, record.offset(), Optional.empty(), 0);
        Loaded loaded = loader.load(record, budget);
        if (loaded instanceof Loaded.Page page) {
            jobs.put(ticket, new Job(EngineThread.withoutValue(record), page, earlier, System.nanoTime()));
            engine.add(ticket, page.request());
        } else {
            RecordException cause = ((Loaded.Refused) loaded).cause();
            boolean missing = cause.code() == ErrorCode.BLOB_MISSING;
            tracker.complete(ticket, List.of());
            tell(earlier, missing ? Outcome.PAGE_GONE : Outcome.FAILED, cause.getMessage());
        }
    }

    private void finish(FinishedPage page) {
        Job job = jobs.remove(page.ticket());
        budget.release(PageLoader.blobBytes(job.page()));
        tracker.complete(page.ticket(), revision(job, page.outcome()));
    }

    /** What is published of it: one record or none. */
    private List<Outbound> revision(Job job, PageOutcome outcome) {
        Recognition earlier = job.earlier().recognition();
        if (outcome instanceof PageOutcome.Failed failed) {
            tell(job.earlier(), Outcome.FAILED, failed.message());
            return List.of();
        }
        PageReading reading = ((PageOutcome.Read) outcome).reading();
        if (reading.finish() != FinishReason.OK && earlier.getFinishReason().equals(FinishReason.OK.name())) {
            tell(job.earlier(), Outcome.FAILED, "a whole text expected, as before, " + reading.finish() + " found");
            return List.of();
        }
        if (reading.text().equals(earlier.getText())) {
            tell(job.earlier(), Outcome.SAME, "");
            return List.of();
        }
        int edits = EditDistance.between(
                earlier.getText().codePoints().toArray(),
                reading.text().codePoints().toArray());
        told.accept(new Result(earlier.getPageId(), Outcome.CHANGED, earlier.getText(), reading.text(), edits, ""));
        long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - job.sinceNanos());
        return List.of(writer.revision(
                job.source(),
                job.page(),
                reading,
                engine.modelDigest(),
                waited,
                job.earlier().place(),
                edits));
    }

    private void tell(Earlier page, Outcome outcome, String message) {
        String before = page.recognition().getText();
        told.accept(new Result(page.recognition().getPageId(), outcome, before, "", 0, message));
    }

    private void commit(TransactionalSink sink) {
        OffsetTracker.Batch<List<Outbound>> batch = tracker.finished();
        if (!batch.isEmpty()
                && sink.commit(batch.flatMap(List::stream), (partition, offset) -> "", consumer.groupMetadata())) {
            tracker.committed(batch);
            LOG.debug("event=reocr group={} pages={}", group, batch.results().size());
        }
    }

    @Override
    public void close() {
        try (scan) {
            consumer.close();
        }
    }
}
