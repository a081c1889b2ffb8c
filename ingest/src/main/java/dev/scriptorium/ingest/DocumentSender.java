package dev.scriptorium.ingest;

import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.SourceOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the pages of one document, and with them, in the same transactions, how far it has come. A run that is
 * interrupted, even killed, is followed by one that sends the rest: no page twice, none left out. Whoever begins to
 * send a document ends the transactions of everybody who sent it before.
 *
 * <p>Pages are collected and a transaction is begun when there are some, because while it is open, readers wait for
 * it. Used by one thread.
 */
final class DocumentSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentSender.class);

    private static final int BATCH_PAGES = 16;
    private static final long BATCH_BYTES = 8 << 20;

    private final String documentId;
    private final PageRecords records;
    private final Asked asked;
    private final Producer<String, PageImage> producer;
    private final ProgressNotes notes;
    private final ConsumerGroupMetadata member;

    private final List<ProducerRecord<String, PageImage>> batch = new ArrayList<>();
    private long batchBytes;
    private DocumentProgress progress;
    private final int resumedAfter;
    private final List<SentPage> sent = new ArrayList<>();

    /**
     * Finds out where the document stands.
     *
     * @param producer transactional; closed with this
     * @param begin the document with nothing done
     */
    DocumentSender(
            String documentId,
            PageRecords records,
            Asked asked,
            Producer<String, PageImage> producer,
            ProgressNotes notes,
            DocumentProgress begin) {
        this.documentId = documentId;
        this.records = records;
        this.asked = asked;
        this.producer = producer;
        this.notes = notes;
        this.member = notes.member(documentId);
        producer.initTransactions();
        progress = notes.read(documentId).filter(begin::fits).orElse(begin);
        resumedAfter = progress.done();
        if (resumedAfter > 0) {
            LOG.info("document={} resumed-after={} pages={}", documentId, resumedAfter, progress.count());
        }
    }

    /** True unless an earlier run has sent the page. */
    boolean lacks(int number) {
        return progress.lacks(number);
    }

    /** How many pages an earlier, interrupted run was done with. */
    int resumedAfter() {
        return resumedAfter;
    }

    /**
     * Sends a page; it has arrived when {@link #finish} has returned.
     *
     * @throws RefusedException if it cannot be sent
     * @throws KafkaException if this or an earlier page does not arrive
     */
    void send(Page page) throws RefusedException {
        ProducerRecord<String, PageImage> record = records.record(page, progress.count(), asked);
        batch.add(record);
        batchBytes +=
                record.value().getImage().map(java.nio.ByteBuffer::remaining).orElse(0);
        progress = progress.sent(page.number());
        if (batch.size() >= BATCH_PAGES || batchBytes >= BATCH_BYTES) {
            commit();
        }
    }

    /** Notes that a page cannot be sent. */
    void refuse(int number) {
        progress = progress.refused(number);
    }

    /**
     * Sends what is left. How far the document has come stays noted until {@link #forget}.
     *
     * @return the pages sent, in order
     */
    List<SentPage> finish() {
        commit();
        return List.copyOf(sent);
    }

    /** Forgets how far the document has come, so that taking it in again reads it again. */
    void forget() {
        notes.forget(documentId);
    }

    private void commit() {
        producer.beginTransaction();
        try {
            List<Future<RecordMetadata>> places =
                    batch.stream().map(producer::send).toList();
            producer.sendOffsetsToTransaction(notes.offsets(progress), member);
            producer.commitTransaction();
            for (int i = 0; i < places.size(); i++) {
                RecordMetadata place = places.get(i).get();
                sent.add(new SentPage(
                        batch.get(i).key(), new SourceOffset(place.topic(), place.partition(), place.offset())));
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("document " + documentId + ": committed pages expected", e);
        } catch (KafkaException e) {
            abort();
            throw e;
        }
        batch.clear();
        batchBytes = 0;
    }

    /** So that readers do not have to wait until the transaction times out. */
    private void abort() {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            LOG.debug("document={} not aborted, which the next run will do", documentId, e);
        }
    }

    /** What was not committed is not sent: closing the producer ends its transaction. */
    @Override
    public void close() {
        producer.close();
    }
}
