package dev.scriptorium.worker.kafka;

import dev.scriptorium.worker.kafka.OffsetTracker.Batch;
import dev.scriptorium.worker.kafka.OffsetTracker.Watermark;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OffsetTrackerTest {

    private static final TopicPartition P0 = new TopicPartition("pages", 0);
    private static final TopicPartition P1 = new TopicPartition("pages", 1);

    private final OffsetTracker<String> tracker = new OffsetTracker<>();

    @Test
    void holdsBackAResultUntilEarlierOffsetsFinish() {
        long first = begin(P0, 0);
        long second = begin(P0, 1);

        tracker.complete(second, "b");
        assertThat(tracker.finished().isEmpty()).isTrue();

        tracker.complete(first, "a");
        Batch<String> batch = tracker.finished();
        assertThat(batch.results()).containsExactly("a", "b");
        assertThat(batch.watermarks()).containsOnlyKeys(P0);
        assertThat(batch.watermarks().get(P0).nextOffset()).isEqualTo(2);
    }

    @Test
    void holdsBackOnePartitionWithoutTheOthers() {
        begin(P0, 10);
        tracker.complete(begin(P1, 20), "x");

        assertThat(tracker.finished().watermarks()).containsOnlyKeys(P1);
    }

    @Test
    void skipsOffsetsThatTheBrokerNeverGave() {
        tracker.complete(begin(P0, 4), "a");
        tracker.complete(begin(P0, 9), "b");

        assertThat(tracker.finished().watermarks().get(P0).nextOffset()).isEqualTo(10);
    }

    @Test
    void carriesTheLeaderEpochOfTheLastRecord() {
        tracker.complete(tracker.begin(P0, 1, Optional.of(7), 1), "a");
        tracker.complete(tracker.begin(P0, 2, Optional.of(8), 1), "b");

        assertThat(tracker.finished().watermarks()).containsEntry(P0, new Watermark(3, Optional.of(8)));
    }

    @Test
    void offersABatchAgainUntilItIsCommitted() {
        tracker.complete(begin(P0, 0), "a");
        Batch<String> aborted = tracker.finished();
        tracker.complete(begin(P0, 1), "b");

        assertThat(aborted.results()).containsExactly("a");
        assertThat(tracker.finished().results()).containsExactly("a", "b");

        tracker.committed(aborted);
        assertThat(tracker.finished().results()).containsExactly("b");
    }

    @Test
    void ignoresALateFinishAfterItsPartitionCameBack() {
        long stale = begin(P0, 5);
        assertThat(tracker.drop(List.of(P0))).containsExactly(stale);
        long fresh = begin(P0, 5);

        assertThat(tracker.complete(stale, "old")).isFalse();
        assertThat(tracker.finished().isEmpty()).isTrue();
        assertThat(tracker.complete(fresh, "new")).isTrue();
        assertThat(tracker.finished().results()).containsExactly("new");
    }

    @Test
    void keepsARecordThatCameBackWhenTheCommitOfItsFormerSelfIsToldLate() {
        tracker.complete(begin(P0, 5), "old");
        Batch<String> batch = tracker.finished();
        tracker.drop(List.of(P0));
        tracker.complete(begin(P0, 5), "new");

        tracker.committed(batch);

        assertThat(tracker.finished().results()).containsExactly("new");
    }

    @Test
    void countsRecordsUntilTheCommitAndBytesUntilTheFinish() {
        long a = tracker.begin(P0, 0, Optional.empty(), 100);
        tracker.begin(P1, 0, Optional.empty(), 50);
        assertThat(tracker.inFlight()).isEqualTo(2);
        assertThat(tracker.unfinishedBytes()).isEqualTo(150);

        tracker.complete(a, "a");
        assertThat(tracker.inFlight()).isEqualTo(2);
        assertThat(tracker.unfinishedBytes()).isEqualTo(50);

        tracker.committed(tracker.finished());
        assertThat(tracker.inFlight()).isEqualTo(1);
        tracker.drop(List.of(P0, P1));
        assertThat(tracker.inFlight()).isZero();
        assertThat(tracker.unfinishedBytes()).isZero();
    }

    @Test
    void refusesAnOffsetThatGoesBack() {
        begin(P0, 3);
        assertThatThrownBy(() -> begin(P0, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an offset after 3 expected, 3 found");
    }

    @Test
    void refusesASecondFinish() {
        begin(P0, 0);
        long second = begin(P0, 1);
        tracker.complete(second, "a");
        assertThatThrownBy(() -> tracker.complete(second, "a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("finished twice");
    }

    private long begin(TopicPartition partition, long offset) {
        return tracker.begin(partition, offset, Optional.empty(), 1);
    }
}
