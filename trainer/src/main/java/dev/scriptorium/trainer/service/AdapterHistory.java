package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;

/** Which adapter reads which domain, as {@code ocr.adapters} has it. Not thread-safe. */
final class AdapterHistory implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Consumer<String, byte[]> consumer;
    private final TopicPartition partition;
    private final Deserializer<AdapterManifest> deserializer;
    private final Map<String, AdapterManifest> latest = new HashMap<>();

    /**
     * An adapter in use.
     *
     * @param id sha256 of its files
     * @param files where they lie
     */
    record Active(String id, List<AdapterFile> files) {}

    /**
     * @param consumer of committed records, of no group; closed with this
     * @param topic of one partition
     */
    AdapterHistory(Consumer<String, byte[]> consumer, String topic, Deserializer<AdapterManifest> deserializer) {
        this.consumer = consumer;
        this.deserializer = deserializer;
        partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /**
     * Reads what has come since.
     *
     * @throws TimeoutException if the broker does not answer
     */
    void refresh() {
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (record.value() == null) {
                    latest.remove(record.key());
                } else {
                    latest.put(record.key(), deserializer.deserialize(record.topic(), record.value()));
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(partition + ": offset " + end + " within " + ANSWER + " expected");
            }
        }
    }

    /** What was last said about a domain, as of the last {@link #refresh}. */
    Optional<AdapterManifest> latest(String domain) {
        return Optional.ofNullable(latest.get(domain));
    }

    /**
     * The adapter that reads a domain, as of the last {@link #refresh}; nothing if that is the base model, also
     * because workers with this base refuse the adapter of another.
     */
    Optional<Active> active(String domain, String baseModelDigest) {
        return Optional.ofNullable(latest.get(domain))
                .filter(manifest -> manifest.getBaseModelDigest().equals(baseModelDigest))
                .filter(manifest -> !manifest.getActive().isEmpty())
                .map(manifest -> new Active(manifest.getActive(), activeFiles(manifest)));
    }

    /** The last manifest of every domain, as of the last {@link #refresh}. */
    Map<String, AdapterManifest> latest() {
        return Map.copyOf(latest);
    }

    private static List<AdapterFile> activeFiles(AdapterManifest manifest) {
        return manifest.getActive().equals(manifest.getAdapterId()) ? manifest.getFiles() : manifest.getActiveFiles();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
