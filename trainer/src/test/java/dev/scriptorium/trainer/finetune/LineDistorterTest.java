package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.image.GrayImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LineDistorterTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void keepsTheLineReadableAndIsDecidedByItsSeedAlone(long seed) {
        GrayImage line = bar(120, 32);
        GrayImage first = LineDistorter.distort(line, new SplittableRandom(seed));
        GrayImage again = LineDistorter.distort(line, new SplittableRandom(seed));
        GrayImage other = LineDistorter.distort(line, new SplittableRandom(seed + 100));

        assertThat(first.pixels()).isEqualTo(again.pixels()).isNotEqualTo(other.pixels());
        assertThat(first.height()).isEqualTo(32);
        assertThat((double) first.width()).isBetween(0.8 * 120, 1.2 * 120 + 7);
        // as much ink as before, within what a thinner or thicker pen makes of it
        assertThat(ink(first)).isBetween(0.5 * ink(line), 1.9 * ink(line));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void takesTheSmallestPictures(int side) {
        byte[] pixels = new byte[side * side];
        Arrays.fill(pixels, (byte) 200);
        GrayImage image = LineDistorter.distort(new GrayImage(pixels, side, side), new SplittableRandom(7));
        assertThat(image.height()).isEqualTo(side);
        assertThat(image.width()).isPositive();
    }

    /** A dark bar in the middle of light paper. */
    private static GrayImage bar(int width, int height) {
        byte[] pixels = new byte[width * height];
        Arrays.fill(pixels, (byte) 220);
        for (int y = height * 3 / 8; y < height * 5 / 8; y++) {
            Arrays.fill(pixels, y * width + width / 6, y * width + width * 5 / 6, (byte) 40);
        }
        return new GrayImage(pixels, width, height);
    }

    /** Darkness below the paper's own middle value, which contrast and light leave in place. */
    private static double ink(GrayImage image) {
        double sum = 0;
        int darkest = 255;
        int lightest = 0;
        for (byte pixel : image.pixels()) {
            darkest = Math.min(darkest, pixel & 255);
            lightest = Math.max(lightest, pixel & 255);
        }
        for (byte pixel : image.pixels()) {
            sum += (pixel & 255) < (darkest + lightest) / 2 ? 1 : 0;
        }
        return sum;
    }
}
