package dev.scriptorium.worker.kafka;

import dev.scriptorium.worker.kafka.OffsetTracker.Batch;
import dev.scriptorium.worker.kafka.OffsetTracker.Watermark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends results and commits the offsets of their pages in one transaction: both are seen, or neither.
 *
 * <p>A transaction opens only when there is something to commit, so it lasts milliseconds however long
 * pages take. What goes wrong is sorted by what helps: a stale group generation or a timeout aborts and
 * the caller tries again (after a pause that grows), a record over the broker's limit is replaced by
 * its small substitute, a fenced producer ends the process.
 *
 * <p>Not thread-safe: the poll thread owns it.
 */
public final class TransactionalSink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalSink.class);

    /** Failures in a row after which the process gives up, so that whoever watches it notices. */
    static final int MAX_FAILURES = 20;

    private static final int MAX_TIMEOUTS = 6;
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(50).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private final Producer<byte[], byte[]> producer;
    private final LongSupplier nanoTime;
    /** True from the start of an attempt until it came to an end, so also after one that threw. */
    private boolean broken;

    private int failures;
    private long retryAt;

    /** What stands beside committed offsets. */
    @FunctionalInterface
    public interface Notes {
        /** The note for a partition of which everything before an offset is done with; may be empty. */
        String beside(TopicPartition partition, long offset);
    }

    /**
     * @param producer with a {@code transactional.id}; closed with the sink
     * @param nanoTime clock in nanoseconds
     */
    public TransactionalSink(Producer<byte[], byte[]> producer, LongSupplier nanoTime) {
        this.producer = producer;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes over the transactional id: aborts what a former process of this name left open and fences it.
     *
     * @throws SinkException if the broker does not answer or refuses
     */
    public void open() {
        patiently("initTransactions", producer::initTransactions);
    }

    /**
     * Tries to commit a batch; it must have watermarks.
     *
     * @param notes what to write beside a partition's offset
     * @param group the consumer's group membership at this moment
     * @return true if it is committed; false if nothing happened and the caller may offer the batch again
     * @throws SinkException if it never will be; after that, nothing is tried any more
     */
    public boolean commit(Batch<Outbound> batch, Notes notes, ConsumerGroupMetadata group) {
        if (broken || (failures > 0 && nanoTime.getAsLong() - retryAt < 0)) {
            return false;
        }
        broken = true;
        boolean committed = tryToCommit(batch.results(), offsets(batch.watermarks(), notes), group);
        broken = false;
        return committed;
    }

    private boolean tryToCommit(
            List<Outbound> batch, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        List<Outbound> results = new ArrayList<>(batch);
        Attempt attempt = attempt(results, offsets, group, false);
        while (attempt == Attempt.TOO_LARGE) {
            attempt = attempt(results, offsets, group, true);
        }
        if (attempt == Attempt.COMMITTED) {
            failures = 0;
            return true;
        }
        long pause = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, 10));
        failures++;
        retryAt = nanoTime.getAsLong() + pause;
        return false;
    }

    private enum Attempt {
        COMMITTED,
        ABORTED,
        /** Aborted, because a record was too large; worth trying again, one by one. */
        TOO_LARGE
    }

    /**
     * @param singly whether each record waits for the broker's answer to the one before. Once a record is
     *     refused, the producer fails all that it has not sent yet with the same exception; only a record
     *     that was alone on its way is known to be too large itself, and is replaced.
     */
    private Attempt attempt(
            List<Outbound> results,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group,
            boolean singly) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(results.size());
        try {
            producer.beginTransaction();
            for (Outbound result : results) {
                sent.add(producer.send(result.record()));
                if (singly) {
                    producer.flush();
                }
            }
            producer.sendOffsetsToTransaction(offsets, group);
            patiently("commitTransaction", producer::commitTransaction);
            return Attempt.COMMITTED;
        } catch (InterruptException | SinkException e) {
            throw e;
        } catch (ProducerFencedException
                | FencedInstanceIdException
                | AuthenticationException
                | AuthorizationException
                | UnsupportedVersionException e) {
            throw new SinkException("cannot write results any more", e);
        } catch (KafkaException e) {
            // CommitFailed and RebalanceInProgress tell of a stale generation: the next poll drops what is lost.
            LOG.warn("event=abort results={} failures={} cause=\"{}\"", results.size(), failures, describe(e));
            if (failures >= MAX_FAILURES) {
                throw new SinkException("no transaction in " + (failures + 1) + " attempts", e);
            }
            abort();
            List<Integer> refused = tooLarge(sent);
            if (singly && !refused.isEmpty()) {
                int first = refused.get(0);
                results.set(first, results.get(first).whenTooLarge().get());
            }
            return refused.isEmpty() ? Attempt.ABORTED : Attempt.TOO_LARGE;
        }
    }

    private void abort() {
        try {
            patiently("abortTransaction", producer::abortTransaction);
        } catch (InterruptException | SinkException e) {
            throw e;
        } catch (KafkaException e) {
            throw new SinkException("the transaction can neither be committed nor aborted", e);
        }
    }

    private static List<Integer> tooLarge(List<Future<RecordMetadata>> sent) {
        return IntStream.range(0, sent.size())
                .filter(i -> failure(sent.get(i)) instanceof RecordTooLargeException)
                .boxed()
                .toList();
    }

    private static Throwable failure(Future<RecordMetadata> sent) {
        if (!sent.isDone()) {
            return null;
        }
        try {
            sent.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** After a timeout the broker may still do it, and Kafka allows nothing but the same call again. */
    private static void patiently(String name, Runnable call) {
        for (int timeouts = 1; ; timeouts++) {
            try {
                call.run();
                return;
            } catch (TimeoutException e) {
                LOG.warn("event=timeout call={} attempt={} cause=\"{}\"", name, timeouts, describe(e));
                if (timeouts == MAX_TIMEOUTS) {
                    throw new SinkException(name + ": no answer in " + timeouts + " attempts", e);
                }
            }
        }
    }

    /** Watermarks with their notes, as Kafka commits them. */
    public static Map<TopicPartition, OffsetAndMetadata> offsets(
            Map<TopicPartition, Watermark> watermarks, Notes notes) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        watermarks.forEach((partition, watermark) -> {
            String note = notes.beside(partition, watermark.nextOffset());
            offsets.put(partition, new OffsetAndMetadata(watermark.nextOffset(), watermark.leaderEpoch(), note));
        });
        return offsets;
    }

    private static String describe(Throwable e) {
        return e.getCause() == null ? e.toString() : e + " / " + e.getCause();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
