package dev.scriptorium.worker.kafka;

import dev.scriptorium.worker.kafka.OffsetTracker.Batch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TransactionalSinkTest {

    private static final TopicPartition P0 = new TopicPartition("pages", 0);
    private static final TransactionalSink.Notes NO_NOTES = (partition, offset) -> "";
    private static final ConsumerGroupMetadata GROUP = new MockConsumer<>("earliest").groupMetadata();

    private final LimitedProducer producer = new LimitedProducer();
    private final AtomicLong nanos = new AtomicLong();
    private final TransactionalSink sink = new TransactionalSink(producer, nanos::get);
    private final OffsetTracker<Outbound> tracker = new OffsetTracker<>();

    /** Kafka's own mock, which takes records of 10 bytes at most, and whose commits time out as told. */
    private static final class LimitedProducer extends MockProducer<byte[], byte[]> {
        private boolean refused;
        private int commitTimeouts;

        LimitedProducer() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
            if (record.value().length > 10) {
                refused = true;
                return CompletableFuture.failedFuture(new RecordTooLargeException("11 bytes"));
            }
            return super.send(record);
        }

        @Override
        public void commitTransaction() {
            if (commitTimeouts > 0) {
                commitTimeouts--;
                throw new TimeoutException("no answer");
            }
            if (refused) {
                refused = false;
                throw new KafkaException("a send failed");
            }
            super.commitTransaction();
        }
    }

    @Test
    void commitsResultsTogetherWithTheirOffsets() {
        sink.open();
        finish(0, "a");
        finish(1, "b");

        assertThat(sink.commit(tracker.finished(), NO_NOTES, GROUP)).isTrue();

        assertThat(values()).containsExactly("a", "b");
        assertThat(producer.consumerGroupOffsetsHistory())
                .containsExactly(Map.of(GROUP.groupId(), Map.of(P0, new OffsetAndMetadata(2))));
    }

    @Test
    void leavesNothingBehindWhenTheGenerationIsStaleAndCommitsLater() {
        sink.open();
        finish(0, "a");
        producer.sendOffsetsToTransactionException = new CommitFailedException("stale");

        assertThat(sink.commit(tracker.finished(), NO_NOTES, GROUP)).isFalse();
        assertThat(producer.transactionAborted()).isTrue();
        assertThat(values()).isEmpty();

        producer.sendOffsetsToTransactionException = null;
        nanos.addAndGet(1_000_000_000);
        assertThat(sink.commit(tracker.finished(), NO_NOTES, GROUP)).isTrue();
        assertThat(values()).containsExactly("a");
    }

    @Test
    void pausesLongerAfterEachFailure() {
        sink.open();
        finish(0, "a");
        producer.sendOffsetsToTransactionException = new CommitFailedException("stale");
        Batch<Outbound> batch = tracker.finished();
        sink.commit(batch, NO_NOTES, GROUP);
        nanos.addAndGet(60_000_000);
        sink.commit(batch, NO_NOTES, GROUP); // the second failure: a pause of 100 ms begins
        producer.sendOffsetsToTransactionException = null;

        nanos.addAndGet(60_000_000);
        assertThat(sink.commit(batch, NO_NOTES, GROUP)).isFalse();
        nanos.addAndGet(60_000_000);
        assertThat(sink.commit(batch, NO_NOTES, GROUP)).isTrue();
    }

    @Test
    void givesUpAfterManyFailures() {
        sink.open();
        finish(0, "a");
        producer.sendOffsetsToTransactionException = new CommitFailedException("stale");

        assertThatThrownBy(() -> {
                    for (int i = 0; i <= TransactionalSink.MAX_FAILURES; i++) {
                        sink.commit(tracker.finished(), NO_NOTES, GROUP);
                        nanos.addAndGet(10_000_000_000L);
                    }
                })
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("attempts");
    }

    @Test
    void asksAgainWhenTheAnswerToACommitIsLost() {
        sink.open();
        finish(0, "a");
        producer.commitTimeouts = 2;

        assertThat(sink.commit(tracker.finished(), NO_NOTES, GROUP)).isTrue();
        assertThat(values()).containsExactly("a");
    }

    @Test
    void stopsWhenTheAnswerToACommitNeverComes() {
        sink.open();
        finish(0, "a");
        producer.commitTimeouts = 100;

        assertThatThrownBy(() -> sink.commit(tracker.finished(), NO_NOTES, GROUP))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("commitTransaction");
    }

    @Test
    void stopsWhenAnotherWorkerHasItsTransactionalId() {
        sink.open();
        finish(0, "a");
        producer.fenceProducer();

        assertThatThrownBy(() -> sink.commit(tracker.finished(), NO_NOTES, GROUP))
                .isInstanceOf(SinkException.class)
                .hasRootCauseInstanceOf(ProducerFencedException.class);
        assertThat(sink.commit(tracker.finished(), NO_NOTES, GROUP))
                .as("tried again")
                .isFalse();
    }

    @Test
    void replacesARecordThatIsTooLargeAndKeepsTheOthers() {
        sink.open();
        finish(0, "a");
        finish(1, "far too large a page");
        finish(2, "c");

        assertThat(sink.commit(tracker.finished(), NO_NOTES, GROUP)).isTrue();

        assertThat(values()).containsExactly("a", "letter", "c");
        assertThat(producer.consumerGroupOffsetsHistory())
                .containsExactly(Map.of(GROUP.groupId(), Map.of(P0, new OffsetAndMetadata(3))));
    }

    private void finish(long offset, String value) {
        tracker.complete(
                tracker.begin(P0, offset, Optional.empty(), 1), outbound(value, () -> outbound("letter", null)));
    }

    private static Outbound outbound(String value, Supplier<Outbound> whenTooLarge) {
        return new Outbound(
                new ProducerRecord<>("out", value.getBytes(StandardCharsets.UTF_8)),
                whenTooLarge == null
                        ? () -> {
                            throw new IllegalStateException("a letter is small");
                        }
                        : whenTooLarge);
    }

    private List<String> values() {
        List<String> values = new ArrayList<>();
        producer.history().forEach(record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
        return values;
    }
}
