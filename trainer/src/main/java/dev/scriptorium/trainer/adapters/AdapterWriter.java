package dev.scriptorium.trainer.adapters;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes which adapter reads: to {@code ocr.adapters} for workers and to {@code ocr.adapter-history} for ever, and what
 * belongs to it, in one transaction. Not thread-safe.
 */
public final class AdapterWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterWriter.class);
    private static final int ATTEMPTS = 10;

    private final Producer<String, byte[]> producer;
    private final Topics topics;
    private final AvroSerdes serdes;

    /** @param producer with a transactional id; closed with this */
    public AdapterWriter(Producer<String, byte[]> producer, Topics topics, AvroSerdes serdes) {
        this.producer = producer;
        this.topics = topics;
        this.serdes = serdes;
    }

    /** Takes over the transactional id: what a former process left open is aborted, and it is fenced. */
    public void open() {
        patiently("initTransactions", producer::initTransactions);
    }

    /**
     * Commits a change.
     *
     * @param with more that belongs into the transaction, such as offsets
     * @throws RecordException with {@code FENCED} if another process has this one's id, else if it cannot be done
     */
    public void write(AdapterChange change, Consumer<? super Producer<String, byte[]>> with) {
        write(change, List.of(), with);
    }

    /** Commits a change with an event that says why, as {@link #write(AdapterChange, Consumer)} does. */
    public void write(AdapterChange change, AdapterEvent event) {
        write(change, List.of(event), nothing -> {});
    }

    private void write(
            AdapterChange change, List<AdapterEvent> events, Consumer<? super Producer<String, byte[]>> with) {
        String domain = change.getManifest().getDomain();
        List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
        String adapters = topics.adapters().name();
        records.add(new ProducerRecord<>(
                adapters, domain, serdes.adapterManifest().serializer().serialize(adapters, change.getManifest())));
        String history = topics.adapterHistory().name();
        records.add(new ProducerRecord<>(
                history, domain, serdes.adapterChange().serializer().serialize(history, change)));
        events.forEach(event -> records.add(record(event)));
        commit("adapter " + change.getManifest().getAdapterId(), records, with);
    }

    /** Commits events that change nothing, as {@link #write(AdapterChange, Consumer)} does. */
    public void report(List<AdapterEvent> events) {
        if (!events.isEmpty()) {
            commit("events", events.stream().map(this::record).toList(), nothing -> {});
        }
    }

    private ProducerRecord<String, byte[]> record(AdapterEvent event) {
        String topic = topics.adapterEvents().name();
        return new ProducerRecord<>(
                topic, event.getDomain(), serdes.adapterEvent().serializer().serialize(topic, event));
    }

    private void commit(
            String what,
            List<ProducerRecord<String, byte[]>> records,
            Consumer<? super Producer<String, byte[]>> with) {
        for (int attempt = 1; !tryToCommit(what, records, with); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new RecordException(
                        ErrorCode.BROKER_UNAVAILABLE,
                        what + ": a transaction expected in " + ATTEMPTS + " attempts, none was committed");
            }
        }
    }

    private boolean tryToCommit(
            String what,
            List<ProducerRecord<String, byte[]>> records,
            Consumer<? super Producer<String, byte[]>> with) {
        try {
            producer.beginTransaction();
            for (ProducerRecord<String, byte[]> record : records) {
                // what goes wrong with it comes out of the commit
                Future<RecordMetadata> unused = producer.send(record);
            }
            with.accept(producer);
            patiently("commitTransaction", producer::commitTransaction);
            return true;
        } catch (ProducerFencedException e) {
            throw new RecordException(
                    ErrorCode.FENCED, what + ": the writer's own transactional id expected, taken over", e);
        } catch (RecordException | InterruptException | AuthenticationException | AuthorizationException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("event=abort what=\"{}\" cause=\"{}\"", what, e.toString());
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
