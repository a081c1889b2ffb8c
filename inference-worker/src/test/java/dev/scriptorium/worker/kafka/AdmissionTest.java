package dev.scriptorium.worker.kafka;

import dev.scriptorium.worker.kafka.Admission.Entry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AdmissionTest {

    private static final TopicPartition P0 = new TopicPartition("pages", 0);
    private static final TopicPartition P1 = new TopicPartition("pages", 1);

    private final Admission<String> admission = new Admission<>(3);
    private final Map<TopicPartition, Long> committed = new HashMap<>();

    @Test
    void letsRecordsInTogetherAndSaysSo() {
        assertThat(admission.read(P0, 10, "")).isFalse();
        add(P0, 10, 11);

        assertThat(handOver()).containsExactly(10L, 11L);

        assertThat(admission.note(P0, 10)).isEqualTo("begun=12 once=0 twice=0 alone=-1 attempts=0");
        assertThat(admission.note(P0, 12)).as("nothing in hand").isEmpty();
    }

    @Test
    void readsTogetherWhatOneOwnerHadInHandWhenItEnded() {
        assertThat(admission.read(P0, 10, "begun=12 once=0 twice=0 alone=-1 attempts=0"))
                .isTrue();
        add(P0, 10, 11, 12);

        assertThat(handOver()).containsExactly(10L, 11L, 12L);
        assertThat(admission.note(P0, 10)).isEqualTo("begun=13 once=12 twice=0 alone=-1 attempts=0");
    }

    @Test
    void readsWhatTwoOwnersHadInHandOneByOne() {
        assertThat(admission.read(P0, 10, "begun=13 once=12 twice=0 alone=-1 attempts=0"))
                .isTrue();
        admission.read(P1, 5, "");
        add(P0, 10, 11, 12);
        add(P1, 5);
        commit(P0, 10);

        assertThat(handOver()).containsExactly(10L);
        assertThat(admission.note(P0, 10)).isEqualTo("begun=11 once=13 twice=12 alone=10 attempts=3");
        assertThat(handOver()).as("while one is read alone").isEmpty();

        admission.finished(10);
        assertThat(admission.waitsForCommit()).isTrue();
        assertThat(handOver()).as("before that is committed").isEmpty();
        commit(P0, 11);
        assertThat(handOver()).containsExactly(11L);
        admission.finished(11);
        assertThat(handOver()).as("behind the suspects all go in").containsExactly(12L, 5L);
    }

    @Test
    void waitsWithASuspectUntilTheEngineIsEmpty() {
        admission.read(P0, 0, "begun=1 once=1 twice=0 alone=-1 attempts=0");
        admission.read(P1, 0, "");
        add(P1, 7);
        add(P0, 0);

        assertThat(handOver()).containsExactly(7L);
        admission.finished(7);
        assertThat(handOver()).containsExactly(0L);
    }

    @Test
    void givesUpWhatEndedThreeWorkersAndGoesOn() {
        admission.read(P0, 10, "begun=11 once=12 twice=12 alone=10 attempts=3");
        add(P0, 10, 11, 12);

        List<Entry<String>> next = admission.next(partition -> 11);

        assertThat(next).extracting(Entry::offset).containsExactly(10L, 11L);
        assertThat(next.get(0).givenUp()).isTrue();
        assertThat(next.get(0).attempts()).isEqualTo(3);
        assertThat(next.get(1).givenUp()).isFalse();
        assertThat(admission.unnoted()).containsExactly(P0);
    }

    @Test
    void doesNotCountATimeThatEndedInGoodOrder() {
        admission.read(P0, 10, "begun=11 once=12 twice=12 alone=10 attempts=2");
        add(P0, 10, 11);
        commit(P0, 10);
        assertThat(handOver()).containsExactly(10L);

        assertThat(admission.note(P0, 10)).isEqualTo("begun=11 once=12 twice=12 alone=10 attempts=3");
        assertThat(admission.lastNote(P0, 10)).isEqualTo("begun=0 once=12 twice=12 alone=10 attempts=2");

        Admission<String> next = new Admission<>(3);
        assertThat(next.read(P0, 10, admission.lastNote(P0, 10))).isFalse();
    }

    @Test
    void forgetsPartitionsThatAreNotItsAnyMore() {
        admission.read(P0, 0, "begun=1 once=1 twice=0 alone=-1 attempts=0");
        add(P0, 0);
        handOver();
        admission.read(P1, 3, "");
        add(P1, 3);
        assertThat(handOver()).isEmpty();

        admission.drop(Set.of(P0));

        assertThat(handOver()).containsExactly(3L);
    }

    @Test
    void letsNothingInBeforeItsPartitionsNoteIsRead() {
        add(P0, 10);

        assertThat(admission.unread()).containsExactly(P0);
        assertThat(handOver()).isEmpty();
        admission.read(P0, 10, "");
        assertThat(admission.unread()).isEmpty();
        assertThat(handOver()).containsExactly(10L);
    }

    @Test
    void takesAForeignNoteForNone() {
        assertThat(admission.read(P0, 0, "moved here by hand")).isFalse();
        add(P0, 0, 1);
        assertThat(handOver()).containsExactly(0L, 1L);
    }

    /** Workers follow each other; records of some offsets end theirs. The seed is the test's name. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void findsEveryRecordThatEndsItsWorkerAndLosesNoOther(long seed) {
        Random random = new Random(seed);
        Set<Long> deadly = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            deadly.add((long) random.nextInt(100));
        }
        Map<Long, Integer> results = new HashMap<>();
        Set<Long> givenUp = new HashSet<>();
        long watermark = 0;
        String note = "";
        for (int workers = 0; watermark < 100; workers++) {
            assertThat(workers).as("workers needed").isLessThan(100);
            Admission<String> worker = new Admission<>(3);
            worker.read(P0, watermark, note);
            long polled = watermark;
            long committed = watermark;
            Deque<Long> inEngine = new ArrayDeque<>();
            Set<Long> done = new HashSet<>();
            boolean alive = true;
            while (alive && committed < 100) {
                while (polled < Math.min(100, watermark + 10)) {
                    worker.add(P0, polled, polled + 1, "");
                    polled++;
                }
                long last = committed;
                for (Entry<String> entry : worker.next(partition -> last)) {
                    if (entry.givenUp()) {
                        givenUp.add(entry.offset());
                        done.add(entry.offset());
                    } else {
                        inEngine.add(entry.offset());
                    }
                }
                note = worker.note(P0, committed);
                worker.handedOver();
                boolean deadlyInside = inEngine.stream().anyMatch(deadly::contains);
                if (deadlyInside && random.nextInt(3) == 0) {
                    alive = false;
                } else if (!inEngine.isEmpty() && !deadly.contains(inEngine.peek())) {
                    long finished = inEngine.remove();
                    worker.finished(finished + 1);
                    done.add(finished);
                } else if (inEngine.size() > 1) {
                    inEngine.add(inEngine.remove());
                }
                while (done.contains(watermark)) {
                    watermark++;
                }
                if (random.nextInt(3) == 0) { // commits come late, and a crash takes back what is not committed
                    for (; committed < watermark; committed++) {
                        results.merge(committed, 1, Integer::sum);
                    }
                    note = worker.note(P0, committed);
                }
            }
            watermark = committed;
        }
        assertThat(givenUp).isEqualTo(deadly);
        assertThat(results).hasSize(100).allSatisfy((offset, times) -> assertThat(times)
                .isEqualTo(1));
    }

    private void add(TopicPartition partition, long... offsets) {
        for (long offset : offsets) {
            admission.add(partition, offset, offset == 0 ? 1000 : offset, "");
        }
    }

    private List<Long> handOver() {
        List<Long> next = admission.next(partition -> committed.getOrDefault(partition, 0L)).stream()
                .map(Entry::offset)
                .toList();
        admission.handedOver();
        return next;
    }

    private void commit(TopicPartition partition, long offset) {
        committed.put(partition, offset);
    }
}
