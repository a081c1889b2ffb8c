package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class SchedulerPropertyTest {
    private static final int SEQUENCES = 60;

    private static List<PromptTokens> prompts;

    @BeforeAll
    static void encodePrompts() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"))) {
            PromptEncoder encoder = new PromptEncoder(tokenizer);
            prompts = List.of(encoder.encode("<image>a", 4), encoder.encode("<image>b", 4));
        }
    }

    static Stream<Long> seeds() {
        return new Random(20261120).longs(300).boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void losesNoneStarvesNoneAndKeepsSlotsCompact(long seed) {
        Random random = new Random(seed);
        int slots = 1 + random.nextInt(6);
        int batch = 1 + random.nextInt(6);
        Scheduler scheduler = new Scheduler(slots, batch);
        // What a runner's cache would hold if it did nothing but follow the scheduler's words.
        Sequence[] cache = new Sequence[slots];
        List<Sequence> waiting = new ArrayList<>();
        Set<Sequence> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        int added = 0;
        while (gone.size() < SEQUENCES) {
            if (added < SEQUENCES && random.nextInt(3) > 0) {
                Sequence sequence = sequence(random);
                scheduler.add(sequence);
                waiting.add(sequence);
                added++;
            }
            if (random.nextInt(3) == 0) {
                admit(scheduler, waiting, cache, slots, batch);
            }
            if (random.nextInt(8) == 0 && !waiting.isEmpty()) {
                Sequence cancelled = waiting.remove(random.nextInt(waiting.size()));
                assertThat(scheduler.remove(cancelled)).isEmpty();
                assertThat(gone.add(cancelled)).isTrue();
            }
            if (random.nextInt(2) == 0 && !scheduler.running().isEmpty()) {
                Sequence finished = scheduler
                        .running()
                        .get(random.nextInt(scheduler.running().size()));
                scheduler.remove(finished).ifPresent(move -> cache[move.target()] = cache[move.source()]);
                assertThat(gone.add(finished)).isTrue();
                assertThat(scheduler.remove(finished)).isEmpty();
            }
            assertThat(scheduler.waiting()).isEqualTo(waiting.size());
            assertThat(scheduler.running()).hasSizeLessThanOrEqualTo(slots);
            for (int slot = 0; slot < scheduler.running().size(); slot++) {
                assertThat(cache[slot]).isSameAs(scheduler.running().get(slot));
            }
        }
        assertThat(scheduler.idle()).isTrue();
    }

    private static void admit(Scheduler scheduler, List<Sequence> waiting, Sequence[] cache, int slots, int batch) {
        int running = scheduler.running().size();
        List<Sequence> admitted = scheduler.admit();
        assertThat(admitted.isEmpty()).isEqualTo(waiting.isEmpty() || running == slots);
        if (admitted.isEmpty()) {
            return;
        }
        assertThat(admitted.get(0)).as("the one that waited longest").isSameAs(waiting.get(0));
        assertThat(admitted).allMatch(sequence -> sequence.joins(admitted.get(0)));
        assertThat(admitted)
                .as("in order of arrival")
                .isSubsetOf(waiting)
                .isSortedAccordingTo((a, b) -> Integer.compare(waiting.indexOf(a), waiting.indexOf(b)));
        boolean full = running + admitted.size() == slots;
        long joining = waiting.stream()
                .filter(sequence -> sequence.joins(admitted.get(0)))
                .count();
        assertThat(full || admitted.size() == Math.min(batch, joining))
                .as("no slot stays free that could be used")
                .isTrue();
        for (Sequence sequence : admitted) {
            cache[running++] = sequence;
        }
        waiting.removeAll(admitted);
    }

    private static Sequence sequence(Random random) {
        int width = 16 * (1 + random.nextInt(3));
        Picture line = new Picture.Line(new LineCanvas(new byte[width], width, width, 1));
        return new Sequence(line, prompts.get(random.nextInt(2)), 8, 1, new NgramRule.Off(), Set.of());
    }
}
