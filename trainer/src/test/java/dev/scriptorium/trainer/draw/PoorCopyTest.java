package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PoorCopyTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 1.4})
    void copiesLinesOfAnySizeTheSameWayFromTheSameSeed(double harshness) {
        for (long seed = 0; seed < 200; seed++) {
            GrayImage line = line(seed);
            byte[] before = line.pixels().clone();
            GrayImage copy = PoorCopy.of(line, new SplittableRandom(seed), harshness);

            assertThat(copy.width()).as("seed %d", seed).isBetween(1, line.width());
            assertThat(copy.height()).as("seed %d", seed).isBetween(1, line.height());
            assertThat(line.pixels()).as("seed %d: the line itself", seed).isEqualTo(before);
            assertThat(PoorCopy.of(line, new SplittableRandom(seed), harshness).pixels())
                    .as("seed %d", seed)
                    .isEqualTo(copy.pixels());
        }
    }

    private static GrayImage line(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int width = random.nextInt(1, 300);
        int height = random.nextInt(1, 80);
        byte[] pixels = new byte[width * height];
        Arrays.fill(pixels, (byte) 250);
        Arrays.fill(pixels, pixels.length / 3, pixels.length / 2, (byte) 20);
        return new GrayImage(pixels, width, height);
    }
}
