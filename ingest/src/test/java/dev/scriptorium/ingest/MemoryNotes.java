package dev.scriptorium.ingest;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;

/** Progress of documents as a cluster holds it before a run; what the run commits is in the producer's history. */
final class MemoryNotes implements ProgressNotes {
    static final TopicPartition PARTITION = new TopicPartition("ocr.pages", 0);

    private final Map<String, DocumentProgress> notes = new HashMap<>();

    void put(String documentId, DocumentProgress progress) {
        notes.put(documentId, progress);
    }

    @Override
    public Optional<DocumentProgress> read(String documentId) {
        return Optional.ofNullable(notes.get(documentId));
    }

    @Override
    public void forget(String documentId) {
        notes.remove(documentId);
    }

    @Override
    public String group(String documentId) {
        return "group-" + documentId;
    }

    @Override
    public TopicPartition partition() {
        return PARTITION;
    }

    @Override
    @SuppressWarnings("removal") // what replaces it needs a broker
    public ConsumerGroupMetadata member(String documentId) {
        return new ConsumerGroupMetadata(group(documentId));
    }

    @Override
    public void close() {}
}
