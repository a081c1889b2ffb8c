package dev.scriptorium.worker;

import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.settings.Setting;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/**
 * Everything a worker is told.
 *
 * @param kafka settings of every Kafka client and of the serdes as Kafka and the schema registry name them:
 *     {@code kafka.bootstrap.servers}, {@code kafka.schema.registry.url}, {@code kafka.security.protocol};
 *     {@code kafka.value.serializer} and {@code kafka.value.deserializer} choose other serdes
 * @param topics names and partitions of the topics
 * @param limits how large a page may be
 * @param blobs where images lie that are too large for a record
 * @param model what reads the pages
 * @param adapters what is read with beside it
 * @param worker this worker
 */
public record WorkerConfig(
        Map<String, String> kafka,
        TopicSettings topics,
        PageLimits limits,
        Blobs blobs,
        Model model,
        Adapters adapters,
        Worker worker) {

    public WorkerConfig {
        kafka = Map.copyOf(kafka);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(blobs, "blobs");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(adapters, "adapters");
        Objects.requireNonNull(worker, "worker");
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
     * @param uri {@code file:} and an absolute path
     */
    public record Blobs(
            @Setting(doc = "store of images that are too large for a record, e.g. file:/var/lib/scriptorium/blobs")
            URI uri) {}

    /**
     * The model.
     *
     * @param dir its folder; the bundled one if not given
     * @param dtype what it computes in: bf16, f32 or auto
     * @param device where: cpu, gpu, gpu:N or auto
     * @param slots sequences decoded together, at most: pages for page models, lines for line models
     * @param kvMemoryBytes memory for keys and values, taken at the start; if not given as much as all slots can use, at
     *     most nine tenths of what is free
     * @param maxNewTokens answer tokens after which a page counts as cut
     * @param pageTimeout time in the engine after which a page is given up
     * @param maxReadings how often a page is read at most that is cut, loops, or has no text though ink is there
     * @param retryTime time after which no further reading of a page begins
     * @param incomplete what becomes of a page whose best reading is cut or loops
     */
    public record Model(
            @Setting(doc = "model folder; the bundled line model if not given")
            Optional<Path> dir,

            @Setting(value = "auto", doc = "bf16, f32 or auto: bf16 where the processor multiplies it, or on a GPU")
            String dtype,

            @Setting(value = "auto", doc = "cpu, gpu, gpu:N or auto: a GPU where libtorch reaches one")
            String device,

            @Setting(
                    min = 1,
                    max = 4096,
                    doc = "sequences decoded together, at most; if not given 64 lines or 4 pages, on a GPU 256 or 64")
            Optional<Integer> slots,

            @Setting(min = 1, doc = "memory for keys and values, e.g. 4GiB; what all slots can use if not given")
            Optional<Long> kvMemoryBytes,

            @Setting(value = "4096", min = 1, doc = "answer tokens after which a page counts as cut")
            int maxNewTokens,

            @Setting(value = "10m", doc = "time after which a page is given up")
            Duration pageTimeout,

            @Setting(
                    value = "4",
                    min = 1,
                    max = 16,
                    doc = "times a page is read, otherwise each time, that is cut, loops or has no text")
            int maxReadings,

            @Setting(value = "5m", doc = "time after which no further reading of a page begins")
            Duration retryTime,

            @Setting(
                    value = "publish",
                    doc = "a page whose best reading is cut or loops: publish it with its reason, or dead-letter it")
            Incomplete incomplete) {

        /** The bundled model. */
        public static final Model BUNDLED = new Model(
                Optional.empty(),
                "auto",
                "auto",
                Optional.empty(),
                Optional.empty(),
                4096,
                Duration.ofMinutes(10),
                4,
                Duration.ofMinutes(5),
                Incomplete.PUBLISH);

        /** Bytes for keys and values, if they are given. */
        public OptionalLong kvMemory() {
            return kvMemoryBytes.map(OptionalLong::of).orElseGet(OptionalLong::empty);
        }

        /**
         * What it computes in, and where.
         *
         * @throws IllegalArgumentException if either setting is none that there is
         */
        public Compute compute() {
            return Compute.of(dtype, device);
        }

        /** When a page is read again. */
        public Ladder.Limits retries() {
            return new Ladder.Limits(maxReadings, retryTime);
        }
    }

    /** What becomes of a page whose best reading is not whole. */
    public enum Incomplete {
        /** The best reading is published; its finish reason says LENGTH or LOOP. */
        PUBLISH,
        /** It becomes a dead letter of that code. */
        DEAD_LETTER
    }

    /**
     * Adapters.
     *
     * @param dir where copies of those in use lie; of this worker alone, emptied at start
     * @param startTimeout how long a start waits until adapters are in use that were published before
     * @param shadowTimeout how long a page that is read waits for its second reading by an adapter on trial
     * @param merged folder of the one adapter that reads all pages, merged into the weights: as fast as the base model;
     *     then published ones are not followed
     */
    public record Adapters(
            @Setting(doc = "folder of this worker alone for copies of adapters; a temporary one if not given")
            Optional<Path> dir,

            @Setting(
                    value = "2m",
                    doc = "how long a start waits for adapters that are published already; then it reads without")
            Duration startTimeout,

            @Setting(
                    value = "1m",
                    doc =
                            "how long a page that is read waits for its second reading in shadow mode; then that has failed")
            Duration shadowTimeout,

            @Setting(
                    doc = "folder of one adapter to merge into the weights, which then reads every page;"
                            + " published ones are not followed")
            Optional<Path> merged) {

        /** Copies in a temporary folder, and time enough. */
        public static final Adapters DEFAULT =
                new Adapters(Optional.empty(), Duration.ofMinutes(2), Duration.ofMinutes(1), Optional.empty());
    }

    /** How a consumer group decides who reads which partition. */
    public enum Protocol {
        /** The broker decides (KIP-848, Kafka 4.0 and newer). */
        CONSUMER,
        /** The members decide, cooperatively; for older brokers. */
        CLASSIC
    }

    /**
     * One worker of the group.
     *
     * @param id its transactional id: the same after every restart, and no two live workers share it, since
     *     the younger fences the older
     * @param group consumer group
     * @param protocol how partitions are assigned
     * @param maxPagesInFlight pages polled and not yet committed; at this many, polling pauses
     * @param maxBytesInFlight bytes of pages polled and not yet finished, and as many again of images from the blob
     *     store; at this many, polling pauses
     * @param commitInterval shortest time from the end of a transaction to the next; where transactions take longer than
     *     this, as long as the last one took
     * @param shutdownGrace how long a stop waits for pages in flight
     * @param loaderThreads records decoded and images fetched at a time
     * @param maxAttempts how often a page is begun whose worker then ends without a word, before it is given up; twice
     *     with others beside it, which are under the same suspicion, so at least 3
     * @param consumer further consumer settings, as Kafka names them
     * @param producer further producer settings, as Kafka names them
     */
    public record Worker(
            @Setting(doc = "transactional id: stable over restarts and not shared by two live workers")
            String id,

            @Setting(value = "ocr-workers", doc = "consumer group")
            String group,

            @Setting(value = "consumer", doc = "group protocol: consumer (Kafka 4.0 and newer) or classic")
            Protocol protocol,

            @Setting(value = "64", min = 1, max = 100_000, doc = "pages polled and not yet committed")
            int maxPagesInFlight,

            @Setting(value = "268435456", min = 1, doc = "bytes of pages polled and not yet finished")
            long maxBytesInFlight,

            @Setting(value = "20ms", doc = "shortest time between two transactions; longer where they take longer")
            Duration commitInterval,

            @Setting(value = "30s", doc = "how long a stop waits for pages in flight")
            Duration shutdownGrace,

            @Setting(value = "2", min = 1, max = 64, doc = "records decoded and images fetched at a time")
            int loaderThreads,

            @Setting(
                    value = "3",
                    min = 3,
                    max = 100,
                    doc = "times a page may end its worker, by a crash or out of memory, before it is a dead letter")
            int maxAttempts,

            Map<String, String> consumer,
            Map<String, String> producer) {
        public Worker {
            if (id.isBlank()) {
                throw new IllegalArgumentException("id: a name expected, blank found");
            }
            consumer = Map.copyOf(consumer);
            producer = Map.copyOf(producer);
        }
    }

    /** Settings of the consumer: a group member that reads committed pages and never commits by itself. */
    Map<String, Object> consumerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("client.id", worker.id());
        config.put("group.id", worker.group());
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        // Also makes a new owner wait for the old one's transaction before it asks where to start (KIP-447).
        config.put("isolation.level", "read_committed");
        config.put("max.poll.records", Math.min(500, worker.maxPagesInFlight()));
        switch (worker.protocol()) {
            case CONSUMER -> config.put("group.protocol", "consumer");
            case CLASSIC -> config.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        }
        askAgainSoon(config);
        config.putAll(worker.consumer());
        return config;
    }

    /** A reader of {@code ocr.adapters}: committed manifests, in no group. */
    Map<String, Object> adapterConsumerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("client.id", worker.id() + "-adapters");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        config.put("isolation.level", "read_committed");
        return config;
    }

    /** A writer of {@code ocr.adapter-events}: idempotent, and on its own, since an event is no result. */
    Map<String, Object> eventProducerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.producerConfig());
        config.put("client.id", worker.id() + "-adapters");
        config.put("max.block.ms", "10000");
        return config;
    }

    /** Settings of the producer: transactions that are short, and calls that come back before a poll is missed. */
    Map<String, Object> producerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.producerConfig());
        config.put("client.id", worker.id());
        config.put("transactional.id", worker.id());
        config.put("transaction.timeout.ms", "30000");
        config.put("delivery.timeout.ms", "20000");
        config.put("request.timeout.ms", "10000");
        config.put("max.block.ms", "10000");
        config.put("compression.type", "lz4");
        askAgainSoon(config);
        config.putAll(worker.producer());
        return config;
    }

    /**
     * The coordinator tells whoever comes while it still writes the end of the transaction before to come again. That is
     * over in a few milliseconds, and the worker's only thread waits for it. The pause doubles with every try.
     */
    private static void askAgainSoon(Map<String, Object> config) {
        config.putIfAbsent("retry.backoff.ms", "10");
    }
}
