package dev.scriptorium.trainer.adapters;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterEventKind;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Where people decide which adapter reads. Of two desks that are open at a time the younger one fences the older; between
 * a desk and a trainer the last word counts. Not thread-safe.
 */
public final class AdapterDesk implements AutoCloseable {
    private final TopicScan scan;
    private final AdapterWriter writer;
    private final Topics topics;
    private final String author;
    private final Clock clock;

    private AdapterDesk(TopicScan scan, AdapterWriter writer, Topics topics, String author, Clock clock) {
        this.scan = scan;
        this.writer = writer;
        this.topics = topics;
        this.author = author;
        this.clock = clock;
    }

    /**
     * What was decided.
     *
     * @param adapterId the adapter that it is about
     * @param active who reads the domain now; empty for the base model
     * @param before who did until then
     * @param changed false if it was so already, and nothing was written
     */
    public record Decision(String adapterId, String domain, String active, String before, boolean changed) {}

    /**
     * Opens a desk; the topics exist already.
     *
     * @param kafka settings of Kafka clients and serdes
     * @param author whose decisions they are
     */
    public static AdapterDesk open(
            Map<String, String> kafka, Topics topics, PageLimits limits, String author, Clock clock) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.producerConfig());
        config.put("transactional.id", topics.adapters().name() + "-desk");
        AdapterWriter writer = new AdapterWriter(
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer()),
                topics,
                new AvroSerdes(kafka));
        writer.open();
        return new AdapterDesk(new TopicScan(kafka, limits), writer, topics, author, clock);
    }

    /**
     * Lets an adapter read a domain's pages, also one that the gate refused or that was rolled back.
     *
     * @param prefix of its id
     * @param domain its own unless given
     * @param reason for people
     * @throws IllegalArgumentException if it is not known, or not for the model that the domain is read with
     */
    public Decision promote(String prefix, Optional<String> domain, String reason) {
        AdapterLog log = AdapterLog.read(scan, topics);
        AdapterLog.Known adapter = log.find(prefix);
        String name = domain.orElse(adapter.manifest().getDomain());
        Optional<AdapterManifest> latest = log.latest(name);
        String before = latest.map(AdapterManifest::getActive).orElse("");
        checkBase(adapter, name, latest);
        checkFiles(adapter);
        if (before.equals(adapter.id()) && latest.orElseThrow().getRollout() == Rollout.FULL) {
            return new Decision(adapter.id(), name, before, before, false);
        }
        AdapterManifest manifest = ManifestChanges.promoted(adapter.manifest(), name, reason, clock.instant());
        writer.write(change(manifest), nothing -> {});
        return new Decision(adapter.id(), name, adapter.id(), before, true);
    }

    /**
     * Puts an adapter on trial: it reads a share of a domain's documents, the active adapter the others, or all.
     *
     * @param prefix of its id
     * @param domain its own unless given
     * @param rollout {@code CANARY} or {@code SHADOW}
     * @param share of the documents, above 0 up to 1
     * @param reason for people
     * @throws IllegalArgumentException as {@link #promote}, or if it reads the domain already
     */
    public Decision tryOut(String prefix, Optional<String> domain, Rollout rollout, double share, String reason) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share: above 0 up to 1 expected, " + share + " found");
        }
        AdapterLog log = AdapterLog.read(scan, topics);
        AdapterLog.Known adapter = log.find(prefix);
        String name = domain.orElse(adapter.manifest().getDomain());
        Optional<AdapterManifest> latest = log.latest(name);
        String active = latest.map(AdapterManifest::getActive).orElse("");
        checkBase(adapter, name, latest);
        checkFiles(adapter);
        if (active.equals(adapter.id())) {
            throw new IllegalArgumentException(
                    "adapter " + adapter.id() + ": another than the active one of domain " + name + " expected");
        }
        writer.write(
                change(ManifestChanges.onTrial(
                        adapter.manifest(), name, active, log.files(active), rollout, share, reason, clock.instant())),
                nothing -> {});
        return new Decision(adapter.id(), name, active, active, true);
    }

    private static void checkBase(AdapterLog.Known adapter, String domain, Optional<AdapterManifest> latest) {
        String base = adapter.manifest().getBaseModelDigest();
        latest.map(AdapterManifest::getBaseModelDigest)
                .filter(expected -> !expected.equals(base))
                .ifPresent(expected -> {
                    throw new IllegalArgumentException("adapter " + adapter.id() + ": one for the model " + expected
                            + ", which reads domain " + domain + ", expected, one for " + base + " found");
                });
    }

    private static void checkFiles(AdapterLog.Known adapter) {
        if (adapter.manifest().getFiles().isEmpty()) {
            throw new IllegalArgumentException(
                    "adapter " + adapter.id() + ": its files in the history expected, none found");
        }
    }

    /**
     * Takes a domain's adapter away, or the one on trial there; the one that it was trained from reads again.
     *
     * @param reason for people
     * @throws IllegalArgumentException if the base model reads the domain, or the parent is not known
     */
    public Decision rollback(String domain, String reason) {
        AdapterLog log = AdapterLog.read(scan, topics);
        AdapterManifest latest = log.latest(domain)
                .orElseThrow(() ->
                        new IllegalArgumentException("domain " + domain + ": one of " + log.domains() + " expected"));
        String before = latest.getActive();
        boolean onTrial =
                latest.getRollout() != Rollout.FULL && !latest.getCandidate().isEmpty();
        String gone = onTrial ? latest.getCandidate() : before;
        if (gone.isEmpty()) {
            throw new IllegalArgumentException(
                    "domain " + domain + ": an adapter to roll back expected, the base model reads it");
        }
        AdapterLog.Known adapter = log.find(gone);
        String successor = onTrial ? before : adapter.manifest().getParent();
        AdapterManifest manifest = ManifestChanges.rolledBack(
                adapter.manifest(), domain, successor, log.files(successor), reason, clock.instant());
        AdapterEvent event = AdapterEvent.newBuilder()
                .setDomain(domain)
                .setKind(AdapterEventKind.ROLLED_BACK.name())
                .setAdapterId(gone)
                .setActive(successor)
                .setReason(reason)
                .setReporter(author)
                .setAt(clock.instant())
                .build();
        writer.write(change(manifest), event);
        return new Decision(gone, domain, successor, before, true);
    }

    private AdapterChange change(AdapterManifest manifest) {
        return AdapterChange.newBuilder()
                .setManifest(manifest)
                .setAuthor(author)
                .build();
    }

    @Override
    public void close() {
        try (scan) {
            writer.close();
        }
    }
}
