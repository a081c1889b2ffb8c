package dev.scriptorium.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.Golden;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NgramRuleTest {
    @Test
    void bansWhatTheReferenceBans() {
        JsonNode goldens = Golden.json(Golden.tiny("ngram_golden.json"));
        assertThat(goldens).hasSize(40);
        for (JsonNode golden : goldens) {
            int[] ids = ints(golden.get("ids"));
            int size = golden.get("ngram").asInt();
            Set<Integer> allowed =
                    Arrays.stream(ints(golden.get("whitelist"))).boxed().collect(Collectors.toSet());

            assertThat(new NgramRule.WholeSequence(size).start(ids).banned())
                    .as(golden.toString())
                    .containsExactly(ints(golden.get("hf_banned")));
            NgramBan windowed =
                    new NgramRule.Windowed(size, golden.get("window").asInt(), allowed).start(new int[0]);
            IntStream.of(ids).forEach(windowed::add);
            assertThat(windowed.banned()).as(golden.toString()).containsExactly(ints(golden.get("vllm_banned")));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void bansAsAPlainSearchDoesAtEveryStep(long seed) {
        Random random = new Random(seed);
        int size = 1 + random.nextInt(6);
        int window = 1 + random.nextInt(60);
        int vocabulary = 2 + random.nextInt(5);
        Set<Integer> allowed = random.nextBoolean() ? Set.of() : Set.of(1);
        int[] ids = new int[400];
        int[] prompt = random.ints(20, 0, vocabulary).toArray();
        System.arraycopy(prompt, 0, ids, 0, prompt.length);

        NgramBan whole = new NgramRule.WholeSequence(size).start(prompt);
        NgramBan windowed = new NgramRule.Windowed(size, window, allowed).start(prompt);
        for (int length = prompt.length; length < ids.length; length++) {
            String where = "seed " + seed + " length " + length;
            assertThat(whole.banned()).as(where).containsExactly(naive(ids, 0, length, size, 0, Set.of()));
            int answer = length - prompt.length;
            if (size > 1) {
                int from = Math.max(0, answer - window);
                assertThat(windowed.banned())
                        .as(where)
                        .containsExactly(naive(ids, prompt.length, length, size, from, allowed));
            }
            ids[length] = random.nextInt(vocabulary);
            whole.add(ids[length]);
            windowed.add(ids[length]);
        }
    }

    @Test
    void theWindowedRuleDoesNotSeeThePrompt() {
        NgramBan ban = new NgramRule.Windowed(2, 90, Set.of()).start(new int[] {5, 6, 5});
        ban.add(5);
        assertThat(ban.banned()).isEmpty();
    }

    @Test
    void aSequenceUnderTheRuleNeverRepeatsAnNgram() {
        NgramBan ban = new NgramRule.WholeSequence(3).start(new int[0]);
        Set<List<Integer>> grams = new HashSet<>();
        int previous = 0;
        int beforePrevious = 0;
        for (int length = 0; length < 8192; length++) {
            int[] banned = ban.banned();
            int next = 0;
            while (Arrays.binarySearch(banned, next) >= 0) {
                next++;
            }
            ban.add(next);
            if (length >= 2) {
                assertThat(grams.add(List.of(beforePrevious, previous, next))).isTrue();
            }
            beforePrevious = previous;
            previous = next;
        }
    }

    @Test
    void bansNothingWhenOff() {
        NgramBan ban = new NgramRule.Off().start(new int[] {1, 1, 1});
        ban.add(1);
        assertThat(ban.banned()).isEmpty();
    }

    @Test
    void refusesSizesThatMakeNoSense() {
        assertThatThrownBy(() -> new NgramRule.WholeSequence(0)).hasMessageContaining("size of at least 1 expected, 0");
        assertThatThrownBy(() -> new NgramRule.Windowed(3, 0, Set.of()))
                .hasMessageContaining("window of at least 1 expected, 0");
    }

    private static int[] naive(int[] ids, int begin, int end, int size, int from, Set<Integer> allowed) {
        TreeSet<Integer> banned = new TreeSet<>();
        int context = size - 1;
        for (int start = begin + from; start + size <= end; start++) {
            boolean same = Arrays.equals(ids, start, start + context, ids, end - context, end);
            if (same && !allowed.contains(ids[start + context])) {
                banned.add(ids[start + context]);
            }
        }
        return banned.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
