package dev.scriptorium.ingest;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Where it stands how far a document has come: committed offsets of a consumer group without members, because those
 * are all that a Kafka transaction can hold besides records.
 */
interface ProgressNotes extends AutoCloseable {

    /** What stands there now, transactions under way awaited. */
    Optional<DocumentProgress> read(String documentId);

    /** Removes what stands there. */
    void forget(String documentId);

    /** The group whose offsets are this document's progress; also its producer's transactional id. */
    String group(String documentId);

    /** The partition in whose name the offset is committed. */
    TopicPartition partition();

    /** What a transaction has to commit. */
    default Map<TopicPartition, OffsetAndMetadata> offsets(DocumentProgress progress) {
        return Map.of(partition(), new OffsetAndMetadata(progress.done(), progress.note()));
    }

    /** In whose name. */
    ConsumerGroupMetadata member(String documentId);

    @Override
    void close();
}
