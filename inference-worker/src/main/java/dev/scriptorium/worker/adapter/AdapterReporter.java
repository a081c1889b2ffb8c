package dev.scriptorium.worker.adapter;

import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterEventKind;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what became of adapters: in the log, as events on a topic, and as numbers for JMX. An event that Kafka does not
 * take within the producer's time is only in the log.
 */
public final class AdapterReporter implements AdapterMetricsMXBean, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterReporter.class);

    private final Producer<String, byte[]> producer;
    private final String topic;
    private final Serializer<AdapterEvent> serializer;
    private final String worker;
    private final Clock clock;
    private final AtomicLong loaded = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final Map<String, String> active = new ConcurrentHashMap<>();

    /**
     * @param producer closed with this
     * @param topic of the events
     * @param worker who signs them
     */
    public AdapterReporter(
            Producer<String, byte[]> producer,
            String topic,
            Serializer<AdapterEvent> serializer,
            String worker,
            Clock clock) {
        this.producer = producer;
        this.topic = topic;
        this.serializer = serializer;
        this.worker = worker;
        this.clock = clock;
        register();
    }

    /** An adapter reads from now on, in the way the reason says. */
    void loaded(String domain, String adapterId, Readers now, String reason, SourceOffset manifest) {
        loaded.incrementAndGet();
        LOG.info("event=adapter-loaded domain={} adapter={} as=\"{}\"", domain, adapterId, reason);
        send(event(AdapterEventKind.LOADED, domain, adapterId, now, manifest)
                .setReason(reason)
                .build());
    }

    /** An adapter reads no more pages that begin now. */
    void unloaded(String domain, String adapterId, Readers now, SourceOffset manifest) {
        LOG.info("event=adapter-unloaded domain={} adapter={}", domain, adapterId);
        send(event(AdapterEventKind.UNLOADED, domain, adapterId, now, manifest).build());
    }

    /** An adapter, or what was said about it, cannot be used; pages are read as before. */
    void refused(String domain, String adapterId, Readers now, RecordException cause, SourceOffset manifest) {
        refused.incrementAndGet();
        LOG.error(
                "event=adapter-refused domain={} adapter={} code={} cause=\"{}\"",
                domain,
                adapterId,
                cause.code(),
                cause.getMessage());
        send(event(AdapterEventKind.REFUSED, domain, adapterId, now, manifest)
                .setCode(cause.code().name())
                .setReason(cause.getMessage())
                .build());
    }

    /** Who reads a domain's pages from now on, for the numbers. */
    void active(String domain, Readers now) {
        now.active().ifPresentOrElse(adapter -> active.put(domain, adapter.id()), () -> active.remove(domain));
    }

    private AdapterEvent.Builder event(
            AdapterEventKind kind, String domain, String adapterId, Readers now, SourceOffset manifest) {
        return AdapterEvent.newBuilder()
                .setDomain(domain)
                .setKind(kind.name())
                .setAdapterId(adapterId)
                .setActive(now.active().map(adapter -> adapter.id()).orElse(""))
                .setManifest(manifest)
                .setReporter(worker)
                .setAt(clock.instant());
    }

    private void send(AdapterEvent event) {
        byte[] value = serializer.serialize(topic, event);
        Future<RecordMetadata> unused =
                producer.send(new ProducerRecord<>(topic, event.getDomain(), value), (sent, failure) -> {
                    if (failure != null) {
                        LOG.error("event=not-reported kind={} cause=\"{}\"", event.getKind(), failure.toString());
                    }
                });
    }

    @Override
    public long getLoaded() {
        return loaded.get();
    }

    @Override
    public long getRefused() {
        return refused.get();
    }

    @Override
    public Map<String, String> getActive() {
        return new TreeMap<>(active);
    }

    private void register() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            if (server.isRegistered(name())) {
                server.unregisterMBean(name()); // an older worker of this id, about to be fenced
            }
            server.registerMBean(this, name());
        } catch (JMException e) {
            LOG.warn("event=no-jmx worker={} cause=\"{}\"", worker, e.toString());
        }
    }

    private ObjectName name() throws JMException {
        return new ObjectName("dev.scriptorium.worker:type=adapters,worker=" + ObjectName.quote(worker));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(name());
        } catch (JMException e) {
            LOG.debug("event=no-jmx worker={} cause=\"{}\"", worker, e.toString());
        }
    }
}
