package dev.scriptorium.worker.adapter;

import ai.djl.engine.EngineException;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.Patience;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code ocr.adapters} from its beginning and sees to it that each domain's pages are read as its latest manifest
 * says: it fetches, verifies and tries adapters on a thread of its own, and then has them put in use. What cannot be used
 * is refused and reported, and everything stays as it was.
 */
public final class AdapterWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterWatcher.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumer<String, byte[]> consumer;
    private final TopicPartition partition;
    private final Deserializer<AdapterManifest> deserializer;
    private final Callable<AdapterLoader> loaders;
    private final AdapterRegistry registry;
    private final AdapterSwap swap;
    private final AdapterReporter reporter;
    private final Patience patience;
    private final Thread thread = new Thread(this::run, "adapter-watcher");
    private final CountDownLatch current = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private volatile boolean stopping;
    private AdapterLoader loader;

    /**
     * @param consumer of committed records, of no group; closed with this
     * @param topic of one partition
     * @param loaders asked once, on this watcher's thread; what it makes is closed with this
     * @param registry what is in use
     * @param swap puts in use
     * @param reporter closed with this
     * @param patience for services that are away
     */
    public AdapterWatcher(
            Consumer<String, byte[]> consumer,
            String topic,
            Deserializer<AdapterManifest> deserializer,
            Callable<AdapterLoader> loaders,
            AdapterRegistry registry,
            AdapterSwap swap,
            AdapterReporter reporter,
            Patience patience) {
        this.consumer = consumer;
        this.deserializer = deserializer;
        this.loaders = loaders;
        this.registry = registry;
        this.swap = swap;
        this.reporter = reporter;
        this.patience = patience;
        partition = new TopicPartition(topic, 0);
    }

    /** Begins to follow. */
    public void start() {
        thread.start();
    }

    /**
     * Waits until everything is in use that was published before the start.
     *
     * @return false if that takes longer
     * @throws IllegalStateException if it never will be
     */
    public boolean awaitCurrent(Duration atMost) throws InterruptedException {
        boolean reached = current.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        check();
        return reached;
    }

    /**
     * Whether it still follows.
     *
     * @throws IllegalStateException if not, with the cause
     */
    public void check() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("adapters: their topic expected to be followed, broken: " + cause, cause);
        }
    }

    private void run() {
        try {
            loader = loaders.call();
            consumer.assign(List.of(partition));
            apply(published());
            current.countDown();
            LOG.info(
                    "event=following topic={} adapters={}",
                    partition.topic(),
                    registry.adapters().size());
            while (!stopping) {
                apply(latest(consumer.poll(POLL).records(partition)));
                tidy();
            }
        } catch (InterruptedException | InterruptException | WakeupException e) {
            if (!stopping) {
                failure.set(e);
            }
        } catch (Throwable e) {
            if (!stopping) {
                failure.set(e);
            }
        } finally {
            current.countDown();
        }
    }

    /** The last record of each domain that is there now; a broker that does not answer is waited for. */
    private Collection<ConsumerRecord<String, byte[]>> published() {
        while (true) {
            try {
                consumer.seekToBeginning(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).get(partition);
                List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
                while (consumer.position(partition) < end) {
                    records.addAll(consumer.poll(POLL).records(partition));
                }
                return latest(records);
            } catch (TimeoutException e) {
                LOG.warn("event=waiting topic={} cause=\"{}\"", partition.topic(), e.getMessage());
            }
        }
    }

    /** What a later record of the same domain has overtaken is not looked at. */
    private static Collection<ConsumerRecord<String, byte[]>> latest(List<ConsumerRecord<String, byte[]>> records) {
        Map<String, ConsumerRecord<String, byte[]>> latest = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            String domain = record.key() == null ? "" : record.key();
            latest.remove(domain);
            latest.put(domain, record);
        }
        return latest.values();
    }

    private void apply(Collection<ConsumerRecord<String, byte[]>> records) throws InterruptedException {
        for (ConsumerRecord<String, byte[]> record : records) {
            String domain = record.key() == null ? "" : record.key();
            SourceOffset source = new SourceOffset(record.topic(), record.partition(), record.offset());
            String adapterId = "";
            try {
                AdapterOrder order = order(domain, record, source);
                adapterId = order.active().map(AdapterRef::id).orElse("");
                put(order, readers(order));
            } catch (RecordException e) {
                refuse(domain, adapterId, e, source);
            }
        }
    }

    private AdapterOrder order(String domain, ConsumerRecord<String, byte[]> record, SourceOffset source)
            throws InterruptedException {
        if (domain.isEmpty()) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    partition + " offset " + record.offset() + ": a domain expected as key, none found");
        }
        if (record.value() == null) {
            return AdapterOrder.base(domain, source);
        }
        AdapterManifest manifest = patience.call(() -> deserializer.deserialize(record.topic(), record.value()));
        if (!manifest.getDomain().equals(domain)) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    partition + " offset " + record.offset() + ": domain '" + domain + "' as in its key expected, '"
                            + manifest.getDomain() + "' found");
        }
        return AdapterOrder.of(manifest, source);
    }

    /** A candidate that cannot be used is no reason not to read with the active adapter. */
    private Readers readers(AdapterOrder order) throws InterruptedException {
        Optional<LoraAdapter> active = load(order, order.active());
        try {
            Optional<LoraAdapter> candidate = load(order, order.candidate());
            return new Readers(active, candidate, order.rollout(), order.share());
        } catch (RecordException e) {
            refuse(order.domain(), order.candidate().map(AdapterRef::id).orElse(""), e, order.source());
            return Readers.full(active);
        }
    }

    private Optional<LoraAdapter> load(AdapterOrder order, Optional<AdapterRef> wanted) throws InterruptedException {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        AdapterRef ref = wanted.get();
        loader.requireBase(ref, order.baseModelDigest());
        Optional<LoraAdapter> known = registry.find(ref.id());
        if (known.isPresent()) {
            return known;
        }
        return Optional.of(patience.call(() -> {
            try {
                return loader.load(ref);
            } catch (IOException e) {
                throw new RecordException(
                        ErrorCode.BLOB_STORE_UNAVAILABLE, "adapter " + ref.id() + ": its copy: " + e, e);
            }
        }));
    }

    private void put(AdapterOrder order, Readers next) throws InterruptedException {
        Readers before = registry.of(order.domain());
        if (next.equals(before)) {
            return;
        }
        try {
            swap.put(order.domain(), next);
        } catch (EngineException e) {
            throw new RecordException(
                    ErrorCode.OUT_OF_MEMORY,
                    "domain " + order.domain() + ": memory for its adapters expected, " + e,
                    e);
        }
        reporter.active(order.domain(), next);
        Map<String, String> duties = duties(next);
        Map<String, String> former = duties(before);
        duties.forEach((id, duty) -> {
            if (!duty.equals(former.get(id))) {
                reporter.loaded(order.domain(), id, next, duty, order.source());
            }
        });
        former.keySet().stream()
                .filter(id -> !duties.containsKey(id))
                .forEach(id -> reporter.unloaded(order.domain(), id, next, order.source()));
    }

    /** What each adapter does, for people. */
    private static Map<String, String> duties(Readers readers) {
        Map<String, String> duties = new HashMap<>();
        readers.active().ifPresent(adapter -> duties.put(adapter.id(), "active"));
        readers.candidate()
                .ifPresent(adapter -> duties.put(
                        adapter.id(),
                        readers.rollout().name().toLowerCase(Locale.ROOT) + ", " + readers.share()
                                + " of the documents"));
        return duties;
    }

    private void refuse(String domain, String adapterId, RecordException cause, SourceOffset source) {
        if (cause.code().action() == ErrorCode.Action.STOP) {
            throw cause;
        }
        reporter.refused(domain, adapterId, registry.of(domain), cause, source);
    }

    private void tidy() throws InterruptedException {
        try {
            swap.tidy();
            loader.retain(registry.adapters());
        } catch (EngineException | IOException e) {
            LOG.warn("event=not-tidied cause=\"{}\"", e.toString()); // and tried again after the next poll
        }
    }

    /** Stops following; what is in use stays so. */
    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        try (reporter;
                consumer) {
            if (loader != null) {
                loader.close();
            }
        } catch (IOException e) {
            LOG.warn("event=copies-left cause=\"{}\"", e.toString());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
