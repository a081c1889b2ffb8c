package dev.scriptorium.trainer.service;

import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.settings.Setting;
import dev.scriptorium.trainer.service.gate.GateRules;
import dev.scriptorium.trainer.service.run.Planner;
import dev.scriptorium.trainer.service.run.RunTrigger;
import dev.scriptorium.trainer.service.watch.WatchRules;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything a trainer is told.
 *
 * @param kafka settings of every Kafka client and of the serdes as Kafka and the schema registry name them
 * @param topics names and partitions of the topics
 * @param limits how large a page may be
 * @param blobs where large images lie and adapters go
 * @param model what is adapted
 * @param trainer this trainer
 * @param gate what an adapter has to show
 * @param watch when an adapter in use is doubted
 */
public record TrainerConfig(
        Map<String, String> kafka,
        TopicSettings topics,
        PageLimits limits,
        Blobs blobs,
        Model model,
        Trainer trainer,
        GateRules gate,
        WatchRules watch) {
    public TrainerConfig {
        kafka = Map.copyOf(kafka);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(blobs, "blobs");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(trainer, "trainer");
        Objects.requireNonNull(gate, "gate");
        Objects.requireNonNull(watch, "watch");
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
            @Setting(doc = "store of large images and of adapters, e.g. file:/var/lib/scriptorium/blobs")
            URI uri) {}

    /**
     * The base model.
     *
     * @param dir its folder; the bundled one if not given
     * @param dtype what it computes in: bf16, f32 or auto
     * @param device where: cpu, gpu, gpu:N or auto
     * @param slots sequences decoded together while the gate reads
     * @param maxNewTokens answer tokens after which a page counts as cut
     * @param pageTimeout time in the engine after which a page is given up
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
                    doc = "sequences decoded together; if not given 64 lines or 4 pages, on a GPU 256 or 64")
            Optional<Integer> slots,

            @Setting(value = "4096", min = 1, doc = "answer tokens after which a page counts as cut")
            int maxNewTokens,

            @Setting(value = "10m", doc = "time after which a page is given up")
            Duration pageTimeout) {
        /**
         * What it computes in, and where.
         *
         * @throws IllegalArgumentException if either setting is none that there is
         */
        public Compute compute() {
            return Compute.of(dtype, device);
        }
    }

    /**
     * The trainer. There is one at a time: a younger one with the same id fences the older.
     *
     * @param id its transactional id
     * @param group prefix of the consumer groups in which each domain's consumed offsets are kept
     * @param dir for labels, images and the run under way; it should outlive the process
     * @param minLabels new labels that begin a run at once
     * @param maxWait longest time that a new label waits for a run
     * @param maxLabels new labels that one run learns at most
     * @param replayShare old labels learned again, as a share of the new ones
     * @param heldOutPages held-out pages read by the gate at most
     * @param regressionPages pages of other domains read by the gate at most
     * @param drawnPages lines drawn for the regression set, where the model reads lines and fonts are installed
     * @param regressionDir folder of labeled images that the gate reads as well, with a {@code labels.tsv}
     * @param saveEvery training steps between two saves
     * @param finetune settings of the training that go before the model's own, named as in its config
     */
    public record Trainer(
            @Setting(value = "ocr-trainer", doc = "transactional id: the younger of two trainers fences the older")
            String id,

            @Setting(value = "ocr-trainer", doc = "prefix of the domains' consumer groups")
            String group,

            @Setting(doc = "folder of labels, images and the run under way, e.g. /var/lib/scriptorium/trainer")
            Path dir,

            @Setting(value = "50", min = 1, doc = "new labels that begin a run at once")
            int minLabels,

            @Setting(value = "24h", doc = "longest time that a new label waits for a run")
            Duration maxWait,

            @Setting(value = "2000", min = 1, doc = "new labels that one run learns at most")
            int maxLabels,

            @Setting(value = "1", min = 0, max = 10, doc = "old labels learned again, as a share of the new ones")
            double replayShare,

            @Setting(value = "200", min = 1, doc = "held-out pages read by the gate at most")
            int heldOutPages,

            @Setting(value = "100", min = 0, doc = "pages of other domains read by the gate at most")
            int regressionPages,

            @Setting(value = "300", min = 0, doc = "lines drawn for the regression set")
            int drawnPages,

            @Setting(doc = "folder of labeled images with a labels.tsv that the gate reads as well")
            Optional<Path> regressionDir,

            @Setting(value = "10", min = 1, doc = "training steps between two saves")
            int saveEvery,

            Map<String, String> finetune) {
        public Trainer {
            if (id.isBlank() || group.isBlank()) {
                throw new IllegalArgumentException("id, group: names expected, blank found");
            }
            finetune = Map.copyOf(finetune);
        }
    }

    Planner planner() {
        return new Planner(
                trainer.maxLabels(), trainer.replayShare(), trainer.heldOutPages(), trainer.regressionPages());
    }

    RunTrigger trigger() {
        return new RunTrigger(trainer.minLabels(), trainer.maxWait(), gate.minPages());
    }

    /** A consumer of committed records that belongs to no group and commits nothing. */
    Map<String, Object> readerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("client.id", trainer.id());
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        config.put("isolation.level", "read_committed");
        return config;
    }

    /** A consumer that fetches single pages and says so when one is gone. */
    Map<String, Object> pageConfig() {
        Map<String, Object> config = readerConfig();
        config.put("client.id", trainer.id() + "-pages");
        config.put("auto.offset.reset", "none");
        config.put("max.poll.records", 1);
        // The first record comes whole, however large; its neighbours are not wanted.
        config.put("max.partition.fetch.bytes", 1);
        return config;
    }

    /** A member of no group that knows what a domain's group has committed. */
    Map<String, Object> groupConfig(String domain) {
        Map<String, Object> config = readerConfig();
        config.put("client.id", trainer.id() + "-group");
        config.put("group.id", trainer.group() + "." + domain);
        return config;
    }

    Map<String, Object> producerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.producerConfig());
        config.put("client.id", trainer.id());
        config.put("transactional.id", trainer.id());
        config.put("transaction.timeout.ms", "30000");
        config.put("delivery.timeout.ms", "20000");
        config.put("request.timeout.ms", "10000");
        config.put("max.block.ms", "10000");
        return config;
    }
}
