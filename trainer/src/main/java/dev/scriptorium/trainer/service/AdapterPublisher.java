package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a run: its manifest and the offsets of the labels that it learned, in one transaction. Where a domain stands
 * is what its own consumer group has committed, and nothing else: after a crash at any point the group says whether the
 * run was published.
 *
 * <p>Not thread-safe.
 */
final class AdapterPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterPublisher.class);
    private static final int ATTEMPTS = 10;

    private final Producer<String, byte[]> producer;
    private final Function<String, Consumer<String, byte[]>> groups;
    private final String adapters;
    private final Set<TopicPartition> labeled;
    private final Serializer<AdapterManifest> serializer;

    /**
     * @param producer with a transactional id; closed with this
     * @param groups makes a consumer of a domain's group
     * @param adapters where manifests go
     * @param labeled partitions of the labels
     */
    AdapterPublisher(
            Producer<String, byte[]> producer,
            Function<String, Consumer<String, byte[]>> groups,
            String adapters,
            Set<TopicPartition> labeled,
            Serializer<AdapterManifest> serializer) {
        this.producer = producer;
        this.groups = groups;
        this.adapters = adapters;
        this.labeled = Set.copyOf(labeled);
        this.serializer = serializer;
    }

    /** Takes over the transactional id: what a former process left open is aborted, and it is fenced. */
    void open() {
        patiently("initTransactions", producer::initTransactions);
    }

    /** Next offset of {@code ocr.labeled} that no published run of a domain has behind it, by partition. */
    Map<Integer, Long> consumed(String domain) {
        try (Consumer<String, byte[]> group = groups.apply(domain)) {
            Map<Integer, Long> consumed = new TreeMap<>();
            group.committed(labeled, Duration.ofSeconds(30)).forEach((partition, committed) -> {
                if (committed != null) {
                    consumed.put(partition.partition(), committed.offset());
                }
            });
            return consumed;
        }
    }

    /**
     * Commits a manifest together with where its domain then stands.
     *
     * @param consumed next offset by partition
     * @throws RecordException with {@code FENCED} if another trainer has this one's id, else if it cannot be done
     */
    void publish(AdapterManifest manifest, Map<Integer, Long> consumed) {
        String domain = manifest.getDomain();
        byte[] value = serializer.serialize(adapters, manifest);
        Map<TopicPartition, OffsetAndMetadata> offsets = labeled.stream()
                .filter(partition -> consumed.containsKey(partition.partition()))
                .collect(Collectors.toMap(
                        partition -> partition,
                        partition -> new OffsetAndMetadata(consumed.get(partition.partition()))));
        for (int attempt = 1; !tryToPublish(domain, value, offsets); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new RecordException(
                        ErrorCode.BROKER_UNAVAILABLE,
                        "adapter " + manifest.getAdapterId() + ": a transaction expected in " + ATTEMPTS
                                + " attempts, none was committed");
            }
        }
    }

    private boolean tryToPublish(String domain, byte[] value, Map<TopicPartition, OffsetAndMetadata> offsets) {
        try (Consumer<String, byte[]> group = groups.apply(domain)) {
            ConsumerGroupMetadata membership = group.groupMetadata();
            producer.beginTransaction();
            // what goes wrong with it comes out of the commit
            Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(adapters, domain, value));
            producer.sendOffsetsToTransaction(offsets, membership);
            patiently("commitTransaction", producer::commitTransaction);
            return true;
        } catch (ProducerFencedException e) {
            throw new RecordException(ErrorCode.FENCED, "trainer: its own transactional id expected, taken over", e);
        } catch (RecordException | InterruptException | AuthenticationException | AuthorizationException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("event=abort domain={} cause=\"{}\"", domain, e.toString());
            patiently("abortTransaction", producer::abortTransaction);
            return false;
        }
    }

    /** After a timeout the broker may still do it, and Kafka allows nothing but the same call again. */
    private static void patiently(String name, Runnable call) {
        for (int attempt = 1; ; attempt++) {
            try {
                call.run();
                return;
            } catch (TimeoutException e) {
                LOG.warn("event=timeout call={} attempt={} cause=\"{}\"", name, attempt, e.getMessage());
                if (attempt == ATTEMPTS) {
                    throw new RecordException(
                            ErrorCode.BROKER_UNAVAILABLE, name + ": an answer expected in " + attempt + " attempts", e);
                }
            }
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
