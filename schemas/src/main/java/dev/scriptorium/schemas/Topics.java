package dev.scriptorium.schemas;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The catalogue of topics: what they are called, what they carry, how they are kept, and that a cluster has them so. */
public final class Topics {
    private static final int VISIBILITY_TRIES = 300;
    private static final long VISIBILITY_PAUSE_MILLIS = 100;

    private final TopicSettings settings;
    private final PageLimits limits;

    private final Topic<DocumentStatus> intake;
    private final Topic<PageImage> pages;
    private final Topic<Recognition> recognitions;
    private final Topic<AssembledDocument> documents;
    private final Topic<Correction> corrections;
    private final Topic<LabeledPage> labeled;
    private final Topic<QuarantinedLabel> quarantine;
    private final Topic<AdapterManifest> adapters;
    private final Topic<AdapterChange> adapterHistory;
    private final Topic<AdapterEvent> adapterEvents;
    private final Topic<Recognition> shadows;
    private final Topic<DeadLetter> deadLetters;

    public Topics(TopicSettings settings, PageLimits limits) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.limits = Objects.requireNonNull(limits, "limits");
        String prefix = settings.prefix();
        int partitions = settings.partitions();
        intake = new Topic<>(
                prefix + "intake",
                DocumentStatus.class,
                partitions,
                true,
                Optional.of(settings.recognitionRetention()));
        pages = new Topic<>(
                prefix + "pages", PageImage.class, partitions, false, Optional.of(settings.pageRetention()));
        recognitions = new Topic<>(
                prefix + "recognitions",
                Recognition.class,
                partitions,
                true,
                Optional.of(settings.recognitionRetention()));
        documents = new Topic<>(
                prefix + "documents",
                AssembledDocument.class,
                partitions,
                true,
                Optional.of(settings.recognitionRetention()));
        corrections = new Topic<>(prefix + "corrections", Correction.class, partitions, true, Optional.empty());
        labeled = new Topic<>(prefix + "labeled", LabeledPage.class, partitions, true, Optional.empty());
        quarantine = new Topic<>(prefix + "quarantine", QuarantinedLabel.class, partitions, true, Optional.empty());
        // One partition: adapters are few, and their order across domains is then a history.
        adapters = new Topic<>(prefix + "adapters", AdapterManifest.class, 1, true, Optional.empty());
        adapterHistory =
                new Topic<>(prefix + "adapter-history", AdapterChange.class, 1, false, Optional.of(Topic.FOR_EVER));
        adapterEvents = new Topic<>(
                prefix + "adapter-events", AdapterEvent.class, 1, false, Optional.of(settings.recognitionRetention()));
        shadows = new Topic<>(
                prefix + "shadows", Recognition.class, partitions, true, Optional.of(settings.recognitionRetention()));
        deadLetters = new Topic<>(
                prefix + "dead-letters",
                DeadLetter.class,
                partitions,
                false,
                Optional.of(settings.deadLetterRetention()));
    }

    /** Where the taking in of documents stands; key documentId. */
    public Topic<DocumentStatus> intake() {
        return intake;
    }

    /** Pages to read; key pageId. */
    public Topic<PageImage> pages() {
        return pages;
    }

    /** What was read; key pageId. */
    public Topic<Recognition> recognitions() {
        return recognitions;
    }

    /** Which of it makes a document; key documentId. */
    public Topic<AssembledDocument> documents() {
        return documents;
    }

    /** What people say about it; key pageId. */
    public Topic<Correction> corrections() {
        return corrections;
    }

    /** What the trainer learns from; key pageId. */
    public Topic<LabeledPage> labeled() {
        return labeled;
    }

    /** What it does not learn from until the doubt is gone; key pageId. */
    public Topic<QuarantinedLabel> quarantine() {
        return quarantine;
    }

    /** What it made of it; key domain. */
    public Topic<AdapterManifest> adapters() {
        return adapters;
    }

    /** Every manifest there ever was, and what was learned for it; key domain. */
    public Topic<AdapterChange> adapterHistory() {
        return adapterHistory;
    }

    /** What became of it; key domain. */
    public Topic<AdapterEvent> adapterEvents() {
        return adapterEvents;
    }

    /** What adapters on trial read beside the active ones, for comparison; key pageId. */
    public Topic<Recognition> shadows() {
        return shadows;
    }

    /** What could not be worked on; key pageId. */
    public Topic<DeadLetter> deadLetters() {
        return deadLetters;
    }

    /** All of them, in the order a page meets them. */
    public List<Topic<?>> all() {
        return List.of(
                intake,
                pages,
                recognitions,
                documents,
                corrections,
                labeled,
                quarantine,
                adapters,
                adapterHistory,
                adapterEvents,
                shadows,
                deadLetters);
    }

    /**
     * Creates the topics that are missing (unless the settings forbid it) and checks the ones that exist.
     *
     * @return names of the topics that were created
     * @throws TopicMismatchException if the cluster does not suit the catalogue; it names everything that is wrong
     * @throws KafkaException if the cluster cannot be asked
     */
    public Set<String> ensure(Admin admin) {
        Set<String> existing = await(admin.listTopics().names());
        List<Topic<?>> missing =
                all().stream().filter(topic -> !existing.contains(topic.name())).toList();
        List<String> problems = new ArrayList<>();
        Set<String> created = new TreeSet<>();
        for (Topic<?> topic : missing) {
            if (!settings.create()) {
                problems.add("topic " + topic.name() + ": expected to exist, not found");
            } else if (create(admin, topic)) {
                created.add(topic.name());
            }
        }
        List<Topic<?>> present = settings.create()
                ? all()
                : all().stream().filter(topic -> !missing.contains(topic)).toList();
        problems.addAll(topicProblems(admin, present));
        problems.addAll(brokerProblems(admin));
        if (!problems.isEmpty()) {
            throw new TopicMismatchException(problems);
        }
        return created;
    }

    /** False if another process was faster; its topic is then checked like any other. */
    private boolean create(Admin admin, Topic<?> topic) {
        short copies = (short) settings.replicationFactor();
        NewTopic request = new NewTopic(
                        topic.name(),
                        Optional.of(topic.partitions()),
                        copies < 0 ? Optional.empty() : Optional.of(copies))
                .configs(config(topic));
        try {
            await(admin.createTopics(List.of(request)).all());
            return true;
        } catch (TopicExistsException e) {
            return false;
        }
    }

    /** What a topic is created with. */
    Map<String, String> config(Topic<?> topic) {
        Map<String, String> config = new HashMap<>(limits.topicConfig());
        config.put("cleanup.policy", topic.cleanupPolicy());
        topic.retention()
                .ifPresent(time -> config.put(
                        "retention.ms", time.equals(Topic.FOR_EVER) ? "-1" : Long.toString(time.toMillis())));
        if (settings.replicationFactor() >= 3) {
            // One broker may fail, and an acknowledged record is still on another.
            config.put("min.insync.replicas", "2");
        }
        return config;
    }

    /** A topic is known to the brokers a moment after its creation is acknowledged, so it is asked for patiently. */
    private List<String> topicProblems(Admin admin, List<Topic<?>> topics) {
        for (int tries = 1; ; tries++) {
            try {
                return topicProblemsNow(admin, topics);
            } catch (UnknownTopicOrPartitionException e) {
                if (tries == VISIBILITY_TRIES) {
                    throw e;
                }
                pause();
            }
        }
    }

    /** What would stop or lose a page, each as place, expectation and value. */
    private List<String> topicProblemsNow(Admin admin, List<Topic<?>> topics) {
        Map<String, TopicDescription> descriptions = await(
                admin.describeTopics(topics.stream().map(Topic::name).toList()).allTopicNames());
        Map<ConfigResource, Config> configs = await(
                admin.describeConfigs(topics.stream().map(Topics::resource).toList())
                        .all());
        List<String> problems = new ArrayList<>();
        for (Topic<?> topic : topics) {
            String place = "topic " + topic.name();
            int partitions = descriptions.get(topic.name()).partitions().size();
            if (partitions != topic.partitions()) {
                problems.add(place + ": " + topic.partitions() + " partitions expected, " + partitions + " found");
            }
            Config config = configs.get(resource(topic));
            checkAtLeast(problems, place, config, "max.message.bytes", limits.maxRecordBytes());
            String cleanup = config.get("cleanup.policy").value();
            if (!policies(cleanup).equals(policies(topic.cleanupPolicy()))) {
                problems.add(place + ": cleanup.policy=" + topic.cleanupPolicy() + " expected, " + cleanup + " found");
            }
        }
        return problems;
    }

    private List<String> brokerProblems(Admin admin) {
        List<ConfigResource> brokers = await(admin.describeCluster().nodes()).stream()
                .map(Node::idString)
                .map(id -> new ConfigResource(ConfigResource.Type.BROKER, id))
                .toList();
        List<String> problems = new ArrayList<>();
        await(admin.describeConfigs(brokers).all())
                .forEach((broker, config) -> checkAtLeast(
                        problems,
                        "broker " + broker.name(),
                        config,
                        "socket.request.max.bytes",
                        limits.maxRecordBytes()));
        return problems;
    }

    private static void checkAtLeast(List<String> problems, String place, Config config, String key, long expected) {
        long found = Long.parseLong(config.get(key).value());
        if (found < expected) {
            problems.add(place + ": " + key + " of at least " + expected + " expected (max-page-bytes and "
                    + PageLimits.RECORD_OVERHEAD_BYTES + " more), " + found + " found");
        }
    }

    private static Set<String> policies(String cleanup) {
        return Set.of(cleanup.split(",")).stream().map(String::trim).collect(Collectors.toSet());
    }

    private static ConfigResource resource(Topic<?> topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    }

    private static void pause() {
        try {
            Thread.sleep(VISIBILITY_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        }
    }
}
