package dev.scriptorium.model.decoder;

import dev.scriptorium.model.decoder.LoopDetector.Limits;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LoopDetectorTest {
    private static final int TD = 1;
    private static final int TD_END = 2;
    private static final int TR = 3;
    private static final int TR_END = 4;
    private static final int NEVER = -1;

    private final LoopDetector detector = new LoopDetector(Limits.PAGE, Set.of(TD, TD_END, TR, TR_END));

    /** Feeds the ids and says after how many of them the detector spoke up. */
    private int stopsAfter(IntStream ids) {
        int[] all = ids.toArray();
        for (int i = 0; i < all.length; i++) {
            if (detector.add(all[i])) {
                return i + 1;
            }
        }
        return NEVER;
    }

    private static IntStream text(int length, long seed) {
        Random random = new Random(seed);
        // A few ids are frequent, most are rare, as words are.
        return IntStream.range(0, length).map(i -> 10 + (int) (2000 * Math.pow(random.nextDouble(), 3)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 24, 100, 256})
    void stopsAPassageThatIsRepeatedForEver(int period) {
        int[] passage = text(period, period).toArray();
        int stop = stopsAfter(
                IntStream.concat(text(500, 99), IntStream.range(0, 8000).map(i -> passage[i % period])));
        assertThat(stop).isBetween(500 + Math.max(192, 7 * period), 500 + Math.max(200, 8 * period + 8));
        assertThat(detector.lengthWithoutRepeats()).isBetween(500, 500 + 2 * period);
    }

    @Test
    void stopsALoopWithACounterInIt() {
        int stop = stopsAfter(IntStream.range(0, 8000).map(i -> i % 40 == 39 ? 3000 + i : 10 + i % 40));
        assertThat(stop).isBetween(1, 2000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void letsALongTextPass(long seed) {
        assertThat(stopsAfter(text(8192, seed))).isEqualTo(NEVER);
        assertThat(detector.lengthWithoutRepeats()).isEqualTo(8192);
    }

    @Test
    void letsALineOfDotsPass() {
        IntStream dots = IntStream.generate(() -> 16).limit(150);
        assertThat(stopsAfter(IntStream.concat(IntStream.concat(text(100, 1), dots), text(100, 2))))
                .isEqualTo(NEVER);
    }

    @Test
    void letsATableOfEmptyCellsPass() {
        assertThat(stopsAfter(emptyTable(25, 10))).isEqualTo(NEVER);
    }

    @Test
    void letsATableOfManyZerosPass() {
        IntStream rows = IntStream.range(0, 40)
                .flatMap(row -> IntStream.concat(
                        IntStream.of(TR, TD, 1000 + row, TD_END),
                        IntStream.concat(
                                IntStream.range(0, 6).flatMap(column -> IntStream.of(TD, 18, TD_END)),
                                IntStream.of(TR_END))));
        assertThat(stopsAfter(rows)).isEqualTo(NEVER);
    }

    @Test
    void letsALongTableOfSingleDigitsPass() {
        Random random = new Random(3);
        IntStream cells = IntStream.range(0, 2500).flatMap(cell -> IntStream.of(TD, 18 + random.nextInt(10), TD_END));
        assertThat(stopsAfter(cells)).isEqualTo(NEVER);
    }

    @Test
    void stopsATableOfEmptyCellsThatNeverEnds() {
        assertThat(stopsAfter(emptyTable(400, 10))).isBetween(700, 1500);
    }

    @Test
    void staysSilentUntilItHasSeenEnough() {
        assertThat(stopsAfter(IntStream.generate(() -> 7).limit(191))).isEqualTo(NEVER);
        assertThat(detector.add(7)).isTrue();
        assertThat(detector.lengthWithoutRepeats()).isEqualTo(1);
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThatThrownBy(() -> new Limits(256, 1, 192, 1024, 0.08, 4)).hasMessageContaining("repeats >= 2");
        assertThatThrownBy(() -> new Limits(256, 8, 192, 1024, 1.5, 4))
                .hasMessageContaining("variety 0..1 expected, 1.5");
    }

    private static IntStream emptyTable(int rows, int columns) {
        return IntStream.range(0, rows)
                .flatMap(row -> IntStream.concat(
                        IntStream.of(TR),
                        IntStream.concat(
                                IntStream.range(0, columns).flatMap(column -> IntStream.of(TD, TD_END)),
                                IntStream.of(TR_END))));
    }
}
