package dev.scriptorium.worker.kafka;

import dev.scriptorium.worker.kafka.OffsetTracker.Batch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two workers share four partitions of a broker that is three arrays: what is in the log, what is
 * committed, what came out. Whatever the order of reading, finishing, committing, aborting, revoking
 * and losing, every record comes out once and in order.
 */
class OffsetTrackerPropertyTest {

    private static final int PARTITIONS = 4;
    private static final int RECORDS = 40;

    private record Source(TopicPartition partition, long offset) {}

    private record Work(long ticket, Source source) {}

    /** One worker: its tracker, what it works on, and where it would read next. */
    private static final class Worker {
        final OffsetTracker<Source> tracker = new OffsetTracker<>();
        final Map<TopicPartition, Long> positions = new HashMap<>();
        /** Also holds work on pages that were dropped: engines finish those late. */
        final List<Work> engine = new ArrayList<>();
    }

    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private final Map<TopicPartition, List<Long>> output = new HashMap<>();

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void letsEveryRecordOutOnceAndInOrder(long seed) {
        Random random = new Random(seed);
        List<Worker> workers = List.of(new Worker(), new Worker());
        for (int p = 0; p < PARTITIONS; p++) {
            TopicPartition partition = new TopicPartition("pages", p);
            committed.put(partition, 0L);
            output.put(partition, new ArrayList<>());
            assign(workers.get(random.nextInt(2)), partition);
        }

        int steps = 0;
        while (!committed.values().stream().allMatch(next -> next == RECORDS)) {
            assertThat(++steps).as("seed %d does not come to an end", seed).isLessThan(100_000);
            Worker worker = workers.get(random.nextInt(2));
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> read(worker, random);
                case 3, 4, 5, 6, 7 -> finishOne(worker, random);
                case 8, 9 -> commit(worker);
                case 10 -> worker.tracker.finished(); // an abort: nothing is told to the tracker
                default -> move(workers, random);
            }
        }

        List<Long> everything = LongStream.range(0, RECORDS).boxed().toList();
        assertThat(output.values()).as("seed %d", seed).allSatisfy(seen -> assertThat(seen)
                .isEqualTo(everything));
        for (Worker worker : workers) {
            worker.tracker.drop(List.copyOf(worker.positions.keySet()));
            assertThat(worker.tracker.inFlight()).isZero();
            assertThat(worker.tracker.unfinishedBytes()).isZero();
        }
    }

    private void assign(Worker worker, TopicPartition partition) {
        worker.positions.put(partition, committed.get(partition));
    }

    private static void read(Worker worker, Random random) {
        for (Map.Entry<TopicPartition, Long> position : worker.positions.entrySet()) {
            long offset = position.getValue();
            if (offset < RECORDS && random.nextBoolean()) {
                long ticket = worker.tracker.begin(position.getKey(), offset, Optional.empty(), 10);
                worker.engine.add(new Work(ticket, new Source(position.getKey(), offset)));
                position.setValue(offset + 1);
            }
        }
    }

    private static void finishOne(Worker worker, Random random) {
        if (!worker.engine.isEmpty()) {
            Work work = worker.engine.remove(random.nextInt(worker.engine.size()));
            worker.tracker.complete(work.ticket(), work.source());
        }
    }

    private void commit(Worker worker) {
        Batch<Source> batch = worker.tracker.finished();
        for (Source source : batch.results()) {
            output.get(source.partition()).add(source.offset());
        }
        batch.watermarks().forEach((partition, watermark) -> committed.put(partition, watermark.nextOffset()));
        worker.tracker.committed(batch);
    }

    private void move(List<Worker> workers, Random random) {
        Worker from = workers.get(random.nextInt(2));
        List<TopicPartition> leaving = from.positions.keySet().stream()
                .filter(p -> random.nextBoolean())
                .toList();
        boolean revoked = random.nextBoolean();
        if (revoked) {
            commit(from);
        }
        List<Long> cancelled = from.tracker.drop(leaving);
        if (random.nextBoolean()) {
            from.engine.removeIf(work -> cancelled.contains(work.ticket()));
        }
        for (TopicPartition partition : leaving) {
            from.positions.remove(partition);
            assign(workers.get(random.nextInt(2)), partition);
        }
    }
}
