package dev.scriptorium.feedback.forget;

import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.serialization.VoidSerializer;

/**
 * Takes a document away: tombstones for it and each of its pages on every compacted topic, all in one transaction, and its
 * blobs unless another document has the same image. All topics are read for that. Used by one thread.
 *
 * <p>Who follows the topics follows suit: the feedback service drops what it collected of the pages, the trainer its
 * copies of labels and images.
 */
public final class Forgetting {
    private final Map<String, String> kafka;
    private final Topics topics;
    private final PageLimits limits;
    private final Optional<BlobStore> blobs;
    private final Clock clock;

    /**
     * @param kafka settings of Kafka clients and serdes
     * @param blobs where images lie; without it they stay
     */
    public Forgetting(
            Map<String, String> kafka, Topics topics, PageLimits limits, Optional<BlobStore> blobs, Clock clock) {
        this.kafka = Map.copyOf(kafka);
        this.topics = topics;
        this.limits = limits;
        this.blobs = blobs;
        this.clock = clock;
    }

    /**
     * Says what {@link #forget} would do.
     *
     * @throws IllegalArgumentException if the topics do not know the document
     */
    public Forgotten preview(String document) {
        Traces traces = traces(document);
        List<String> deleted = new ArrayList<>();
        Map<String, String> kept = new TreeMap<>();
        traces.blobs().values().forEach(blob -> decide(traces, blob, deleted, kept));
        return forgotten(document, traces, deleted, kept);
    }

    /**
     * Forgets a document.
     *
     * @throws IllegalArgumentException if the topics do not know it
     * @throws KafkaException if the tombstones could not be written; nothing is changed then
     */
    public Forgotten forget(String document) {
        Traces traces = traces(document);
        bury(traces.kept());
        List<String> deleted = new ArrayList<>();
        Map<String, String> kept = new TreeMap<>();
        for (BlobRef blob : traces.blobs().values()) {
            if (decide(traces, blob, deleted, kept)) {
                blobs.orElseThrow().delete(blob);
            }
        }
        return forgotten(document, traces, deleted, kept);
    }

    private Traces traces(String document) {
        Traces traces = new Traces(document);
        try (TopicScan scan = new TopicScan(kafka, limits)) {
            traces.read(scan, topics);
        }
        if (traces.pages().isEmpty() && traces.kept().isEmpty()) {
            throw new IllegalArgumentException("document '" + document + "': one that the topics know expected");
        }
        return traces;
    }

    private void bury(Map<String, Set<String>> pages) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("transactional.id", topics.corrections().name() + "-forgetting");
        try (Producer<String, Void> producer =
                new KafkaProducer<>(config, new StringSerializer(), new VoidSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Topic<?> topic : Traces.compacted(topics)) {
                for (String page : pages.getOrDefault(topic.name(), Set.of())) {
                    // A correction's time decides which word is the last; what goes wrong comes out of the commit.
                    Future<RecordMetadata> unused = producer.send(
                            new ProducerRecord<String, Void>(topic.name(), null, clock.millis(), page, null));
                }
            }
            producer.commitTransaction();
        }
    }

    private boolean decide(Traces traces, BlobRef blob, List<String> deleted, Map<String, String> kept) {
        Set<String> others = traces.othersWith(blob.getSha256());
        if (!others.isEmpty()) {
            kept.put(blob.getUri(), "page " + others.iterator().next() + " has the same image");
            return false;
        }
        if (blobs.isEmpty()) {
            kept.put(blob.getUri(), "no blob store given (--blobs, blobs.uri)");
            return false;
        }
        deleted.add(blob.getUri());
        return true;
    }

    private Forgotten forgotten(String document, Traces traces, List<String> deleted, Map<String, String> kept) {
        Map<String, Integer> tombstones = new TreeMap<>();
        traces.kept().forEach((topic, pages) -> tombstones.put(topic, pages.size()));
        return new Forgotten(
                document, List.copyOf(traces.pages()), tombstones, deleted, kept, remains(traces, tombstones));
    }

    private List<String> remains(Traces traces, Map<String, Integer> tombstones) {
        List<String> remains = new ArrayList<>();
        for (Topic<?> topic : topics.all()) {
            int records = traces.passing().getOrDefault(topic.name(), 0);
            if (records > 0) {
                remains.add(topic.name() + ": " + records + " records, deleted "
                        + topic.retention().orElseThrow().toDays() + " days after they were written");
            }
        }
        if (!tombstones.isEmpty()) {
            remains.add("what lies before the tombstones: on disk until the brokers compact the topics");
            remains.add("the feedback service's state: former versions for as long as feedback.history says");
        }
        if (!traces.awaited().isEmpty()) {
            remains.add("not read yet, forget again when they are: " + String.join(", ", traces.awaited()));
        }
        return remains;
    }
}
