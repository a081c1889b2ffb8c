package dev.scriptorium.ingest;

import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.settings.Setting;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything an ingest is told.
 *
 * @param kafka settings of every Kafka client and of the serdes as Kafka and the schema registry name them:
 *     {@code kafka.bootstrap.servers}, {@code kafka.schema.registry.url}, {@code kafka.security.protocol}
 * @param topics names and partitions of the topics
 * @param limits how large a page may be
 * @param blobs where images go that are too large for a record
 * @param ingest what is asked for the pages
 * @param render how documents become pictures
 */
public record IngestConfig(
        Map<String, String> kafka,
        TopicSettings topics,
        PageLimits limits,
        Blobs blobs,
        Ingest ingest,
        RenderSettings render) {

    public IngestConfig {
        kafka = Map.copyOf(kafka);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(blobs, "blobs");
        Objects.requireNonNull(ingest, "ingest");
        Objects.requireNonNull(render, "render");
        if (!kafka.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("kafka.bootstrap.servers: host:port expected, none found");
        }
        if (!kafka.containsKey("schema.registry.url")) {
            throw new IllegalArgumentException("kafka.schema.registry.url: a URL expected, none found");
        }
    }

    /**
     * The blob store.
     *
     * @param uri {@code file:} and an absolute path; without it, pages larger than {@code max-inline-bytes} are refused
     */
    public record Blobs(
            @Setting(doc = "store of images that are too large for a record, e.g. file:/var/lib/scriptorium/blobs")
            Optional<URI> uri) {}

    /**
     * What goes with every page.
     *
     * @param domain whose adapter reads the pages; empty for the base model
     * @param task what is asked of the model
     * @param mode resolution
     * @param maxPixels most pixels of one page, according to its header
     * @param maxPages most pages of one document
     * @param http how documents come in by HTTP, where a service runs
     * @param watch which folder is watched, where a service runs
     */
    public record Ingest(
            @Setting(value = "", doc = "whose adapter reads the pages; empty for the base model")
            String domain,

            @Setting(value = "free-ocr", doc = "free-ocr, document, grounded-ocr, figure or describe")
            String task,

            @Setting(value = "auto", doc = "tiny, small, base, large, gundam, seed384, line or auto")
            String mode,

            @Setting(value = "100000000", min = 1, doc = "most pixels of one page, according to its header")
            long maxPixels,

            @Setting(value = "10000", min = 1, max = 1_000_000, doc = "most pages of one document")
            int maxPages,

            HttpSettings http,
            WatchSettings watch) {

        /** Plain text from the base model, in the mode the worker chooses. */
        public static final Ingest DEFAULT =
                new Ingest("", "free-ocr", "auto", 100_000_000, 10_000, HttpSettings.DEFAULT, WatchSettings.DEFAULT);

        public Ingest {
            Objects.requireNonNull(domain, "domain");
            Objects.requireNonNull(task, "task");
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(http, "http");
            Objects.requireNonNull(watch, "watch");
        }

        /** What is asked for the pages of a document that nothing else is asked for. */
        public Asked asked() {
            return new Asked(domain, task, mode);
        }
    }

    /** What is refused before decoding. */
    public ImageLimits imageLimits() {
        return new ImageLimits(limits.maxPageBytes(), ingest.maxPixels(), ingest.maxPages());
    }

    /** Settings of the producer: every page arrives once and in order, however often the network fails. */
    public Map<String, Object> producerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.producerConfig());
        config.put("acks", "all");
        config.put("enable.idempotence", "true");
        return config;
    }

    /** Settings of a producer whose transactions end those of everybody who had its id before. */
    Map<String, Object> transactionalConfig(String id) {
        Map<String, Object> config = producerConfig();
        config.put("transactional.id", id);
        return config;
    }

    /** Settings of the consumer that watches for outcomes: no group, committed records only. */
    public Map<String, Object> consumerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("enable.auto.commit", "false");
        config.put("isolation.level", "read_committed");
        return config;
    }
}
