package dev.scriptorium.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class DraftTest {
    private static final int BLANK = 9;

    @Test
    void readsRunsOfFramesAsOneTokenAndBlanksAsNone() {
        long[] frames = {5, BLANK, 1, 1, BLANK, 1, 2, 2, 3, BLANK, BLANK, 7};
        assertThat(Draft.ofFrames(frames, 1, 11, BLANK).rest(99)).containsExactly(1, 1, 2, 3);
        assertThat(Draft.ofFrames(frames, 0, 1, BLANK).rest(99)).containsExactly(5);
        assertThat(Draft.ofFrames(frames, 9, 11, BLANK).rest(99)).isEmpty();
    }

    @Test
    void offersWhatComesNextAndNoMoreThanIsWanted() {
        Draft draft = Draft.of(1, 2, 3, 4);
        assertThat(draft.rest(2)).containsExactly(1, 2);
        draft.add(1);
        assertThat(draft.rest(99)).containsExactly(2, 3, 4);
        assertThat(draft.rest(0)).isEmpty();
    }

    @Test
    void goesOnBehindAWrongToken() {
        assertThat(restAfter(Draft.of(1, 2, 3, 4), 1, 8)).containsExactly(3, 4);
    }

    @Test
    void goesOnBehindASurplusToken() {
        assertThat(restAfter(Draft.of(1, 8, 2, 3, 4), 1, 2)).containsExactly(3, 4);
    }

    @Test
    void findsItsWayBackOneTokenAfterAMissingOne() {
        assertThat(restAfter(Draft.of(1, 2, 3, 4), 1, 8, 2)).containsExactly(3, 4);
    }

    @Test
    void hasNothingToOfferBehindItsEnd() {
        assertThat(restAfter(Draft.of(1, 2), 1, 2, 3, 4)).isEmpty();
        assertThat(restAfter(Draft.none(), 1)).isEmpty();
    }

    static LongStream seeds() {
        return new Random(20261120).longs(200);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void costsAtMostTwoLooksForEachMistake(long seed) {
        Random random = new Random(seed);
        int[] truth = random.ints(20 + random.nextInt(60), 0, 50).toArray();
        int mistakes = random.nextInt(6);
        Draft draft = Draft.of(withMistakes(truth, mistakes, random));
        int taken = 0;
        int looks = 0;
        while (taken < truth.length) {
            looks++;
            int[] rest = draft.rest(truth.length);
            int agreed = 0;
            do { // the decoder's own next token always counts, then those that were offered in its place
                draft.add(truth[taken++]);
            } while (taken < truth.length && agreed < rest.length && rest[agreed++] == truth[taken - 1]);
        }
        assertThat(looks).isLessThanOrEqualTo(1 + 2 * mistakes);
    }

    private static int[] restAfter(Draft draft, int... taken) {
        for (int token : taken) {
            draft.add(token);
        }
        return draft.rest(99);
    }

    private static int[] withMistakes(int[] truth, int mistakes, Random random) {
        List<Integer> guess = new ArrayList<>();
        for (int token : truth) {
            guess.add(token);
        }
        for (int i = 0; i < mistakes; i++) {
            int place = random.nextInt(guess.size());
            switch (random.nextInt(3)) {
                case 0 -> guess.set(place, 50 + i);
                case 1 -> guess.add(place, 50 + i);
                default -> guess.remove(place);
            }
        }
        return guess.stream().mapToInt(Integer::intValue).toArray();
    }
}
