package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Scheduler and block pool as an engine drives them, with tokens drawn at random in the place of a network's. */
class SchedulerPropertyTest {
    private static final int SEQUENCES = 60;
    private static final int END = 1;

    private static List<PromptTokens> prompts;

    @BeforeAll
    static void encodePrompts() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"))) {
            PromptEncoder encoder = new PromptEncoder(tokenizer);
            prompts = List.of(
                    encoder.encode("<image>a", 4), encoder.encode("<image>b", 4), encoder.encode("<image>c", 30));
        }
    }

    static Stream<Long> seeds() {
        return new Random(20261120).longs(300).boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void losesNoneStarvesNoneAndNeverExceedsTheMemory(long seed) {
        Random random = new Random(seed);
        Run run = new Run(random, 1 + random.nextInt(24));
        int turns = 0;
        while (run.gone.size() < SEQUENCES) {
            run.turn();
            assertThat(turns++).as("turns until all have ended").isLessThan(20_000);
        }
        assertThat(run.scheduler.idle()).isTrue();
        assertThat(run.pool.used()).isZero();
    }

    @Test
    void sendsTheYoungestBackWhenAnswersAreLongerThanExpected() {
        long preemptions = 0;
        for (long seed = 0; seed < 20; seed++) {
            Run run = new Run(new Random(seed), 1);
            while (run.gone.size() < SEQUENCES) {
                run.turn();
            }
            preemptions += run.scheduler.preemptions();
        }
        assertThat(preemptions).isPositive();
    }

    @Test
    void refusesASequenceThatCannotFitAlone() {
        BlockPool pool = new BlockPool(new KvShape(2, 8));
        Scheduler scheduler = new Scheduler(4, 4, pool, new AnswerLengths(1));
        Sequence tooLong = sequence(new Random(1), 8);
        assertThat(scheduler.fits(tooLong)).isFalse();
        assertThatThrownBy(() -> scheduler.add(tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sequence: at most 16 positions expected, which is all KV memory, "
                        + tooLong.mostPositions() + " found");
    }

    /** One story: sequences come, are admitted, write, end, are cancelled. */
    private static final class Run {
        private final Random random;
        private final int slots;
        private final int batch;
        private final BlockPool pool;
        private final Scheduler scheduler;
        /** What a runner's memory would hold if it did nothing but follow the pool's words. */
        private final List<String> cache = new ArrayList<>();

        private final List<Sequence> waiting = new ArrayList<>();
        private final Set<Sequence> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        private int added;

        /** @param expected how long answers are taken to be at first */
        Run(Random random, int expected) {
            this.random = random;
            slots = 1 + random.nextInt(9);
            batch = 1 + random.nextInt(6);
            int length = 4 + random.nextInt(30);
            KvShape one = new KvShape(1, length);
            int most = one.blocksOf(prompts.get(2).length() + 24 + Sequence.PROPOSED);
            pool = new BlockPool(new KvShape(most + random.nextInt(2 * most), length));
            scheduler = new Scheduler(slots, batch, pool, new AnswerLengths(expected));
            cache.addAll(Collections.nCopies(pool.shape().blocks(), ""));
        }

        void turn() {
            if (added < SEQUENCES && random.nextInt(3) > 0) {
                Sequence sequence = sequence(random, 1 + random.nextInt(24));
                scheduler.add(sequence);
                waiting.add(sequence);
                added++;
            }
            if (random.nextInt(12) == 0 && !waiting.isEmpty()) {
                leave(List.of(waiting.remove(random.nextInt(waiting.size()))));
            }
            if (random.nextInt(12) == 0 && !scheduler.running().isEmpty()) {
                leave(List.of(scheduler
                        .running()
                        .get(random.nextInt(scheduler.running().size()))));
            }
            if (!admit() && !scheduler.running().isEmpty()) {
                decode();
            }
            check();
        }

        private boolean admit() {
            int running = scheduler.running().size();
            List<Sequence> admitted = scheduler.admit();
            if (admitted.isEmpty()) {
                assertThat(running > 0 || waiting.isEmpty())
                        .as("one alone always fits")
                        .isTrue();
                return false;
            }
            assertThat(admitted.get(0)).as("the one that waited longest").isSameAs(waiting.get(0));
            assertThat(admitted).allMatch(sequence -> sequence.joins(admitted.get(0)));
            assertThat(admitted).hasSizeLessThanOrEqualTo(batch);
            assertThat(admitted)
                    .as("in order of arrival")
                    .isSubsetOf(waiting)
                    .isSortedAccordingTo((a, b) -> Integer.compare(waiting.indexOf(a), waiting.indexOf(b)));
            waiting.removeAll(admitted);
            int first = pool.used();
            for (Sequence sequence : admitted) {
                assertThat(pool.reserve(sequence, sequence.prompt().length()))
                        .as("room for the prompt of one that was admitted")
                        .isTrue();
                for (int block : pool.of(sequence)) {
                    assertThat(block).as("new ones lie one behind the other").isEqualTo(first++);
                }
                write(sequence);
            }
            leave(admitted.stream().filter(sequence -> !sequence.running()).toList());
            return true;
        }

        private void decode() {
            Sequence oldest = scheduler.running().get(0);
            while (!scheduler.running().stream().allMatch(this::reserve)) {
                List<Sequence> before = List.copyOf(scheduler.running());
                Sequence preempted = scheduler.preempt();
                assertThat(preempted).isSameAs(before.get(before.size() - 1)).isNotSameAs(oldest);
                assertThat(preempted.answerLength()).isZero();
                waiting.add(0, preempted);
                release(List.of(preempted));
            }
            List<Sequence> all = List.copyOf(scheduler.running());
            all.forEach(this::write);
            leave(all.stream().filter(sequence -> !sequence.running()).toList());
        }

        private boolean reserve(Sequence sequence) {
            boolean there = pool.reserve(sequence, sequence.position() + 1);
            keep(sequence);
            return there;
        }

        private void write(Sequence sequence) {
            sequence.take(random.nextInt(30) == 0 ? END : 2 + random.nextInt(200), -1);
            keep(sequence);
        }

        private void keep(Sequence sequence) {
            List<Integer> blocks = pool.of(sequence);
            for (int i = 0; i < blocks.size(); i++) {
                cache.set(blocks.get(i), name(sequence, i));
            }
        }

        private void leave(Collection<Sequence> sequences) {
            scheduler.remove(sequences);
            release(sequences);
            sequences.forEach(sequence -> assertThat(gone.add(sequence)).isTrue());
        }

        private void release(Collection<Sequence> sequences) {
            for (BlockPool.Move move : pool.release(sequences)) {
                assertThat(cache.get(move.source())).isEqualTo(name(move.sequence(), move.index()));
                cache.set(move.target(), cache.get(move.source()));
            }
        }

        private void check() {
            assertThat(scheduler.waiting()).isEqualTo(waiting.size());
            assertThat(scheduler.running()).hasSizeLessThanOrEqualTo(slots);
            assertThat(added)
                    .isEqualTo(
                            gone.size() + waiting.size() + scheduler.running().size());
            List<Integer> used = new ArrayList<>();
            for (Sequence sequence : scheduler.running()) {
                List<Integer> blocks = pool.of(sequence);
                used.addAll(blocks);
                for (int i = 0; i < blocks.size(); i++) {
                    assertThat(cache.get(blocks.get(i))).isEqualTo(name(sequence, i));
                }
            }
            assertThat(used).as("the first blocks, each one's own").hasSize(pool.used());
            for (int block = 0; block < pool.used(); block++) {
                assertThat(used).contains(block);
            }
            assertThat(pool.used()).isLessThanOrEqualTo(pool.shape().blocks());
        }

        private static String name(Sequence sequence, int index) {
            return System.identityHashCode(sequence) + "/" + index;
        }
    }

    private static Sequence sequence(Random random, int limit) {
        int width = 16 * (1 + random.nextInt(3));
        Picture line = new Picture.Line(new LineCanvas(new byte[width], width, width, 1));
        return new Sequence(line, prompts.get(random.nextInt(3)), limit, END, new NgramRule.Off(), Set.of());
    }
}
