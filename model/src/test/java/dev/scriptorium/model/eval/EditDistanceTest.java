package dev.scriptorium.model.eval;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class EditDistanceTest {
    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "abc, abc, 0",
        "'', abc, 3",
        "kitten, sitting, 3",
        "saturday, sunday, 3",
        "ab, ba, 2",
        "a, b, 1"
    })
    void knowsTheTextbookCases(String a, String b, int distance) {
        assertThat(EditDistance.between(a.chars().toArray(), b.chars().toArray()))
                .isEqualTo(distance);
        assertThat(EditDistance.between(b.chars().toArray(), a.chars().toArray()))
                .isEqualTo(distance);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithThePlainTable(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int[] a = random.ints(random.nextInt(200), 0, 1 + random.nextInt(5)).toArray();
            int[] b = random.nextBoolean()
                    ? random.ints(random.nextInt(200), 0, 4).toArray()
                    : edited(a, random);
            assertThat(EditDistance.between(a, b))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(plain(a, b));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {63, 64, 65, 127, 128, 129, 192})
    void isRightAtTheEdgesOfItsWords(int length) {
        int[] ones = new int[length];
        int[] twos = new int[length + 3];
        Arrays.fill(twos, 2);
        assertThat(EditDistance.between(ones, twos)).isEqualTo(length + 3);
    }

    @Test
    void comparesLongPagesFast() {
        Random random = new Random(5);
        int[] a = random.ints(20_000, 0, 60).toArray();
        int[] b = random.ints(20_000, 0, 60).toArray();
        long start = System.nanoTime();
        int distance = EditDistance.between(a, b);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(distance).isBetween(10_000, 20_000);
    }

    private static int[] edited(int[] original, Random random) {
        int[] changed = original.clone();
        for (int i = 0; i < changed.length; i++) {
            if (random.nextInt(10) == 0) {
                changed[i] = random.nextInt(5);
            }
        }
        int cut = random.nextInt(changed.length + 1);
        return Arrays.copyOfRange(changed, cut / 4, changed.length);
    }

    private static int plain(int[] a, int[] b) {
        int[] row = new int[b.length + 1];
        for (int j = 0; j <= b.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length; i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length; j++) {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length];
    }
}
