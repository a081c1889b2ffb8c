package dev.scriptorium.model.image;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class ResamplerTest {
    @ParameterizedTest
    @EnumSource(Resampler.class)
    void keepsAnEvenColour(Resampler resampler) {
        RgbImage gray = RgbImage.filled(37, 53, 200, 100, 3);
        assertThat(resampler.resize(gray, 11, 90)).isEqualTo(RgbImage.filled(11, 90, 200, 100, 3));
    }

    @ParameterizedTest
    @EnumSource(Resampler.class)
    void leavesAPictureOfTheRightSizeAlone(Resampler resampler) {
        RgbImage image = RgbImage.filled(5, 7, 1, 2, 3);
        assertThat(resampler.resize(image, 5, 7)).isSameAs(image);
    }

    @ParameterizedTest
    @EnumSource(Resampler.class)
    void resizesGrayAsItResizesRgbOfThatGray(Resampler resampler) {
        Random random = new Random(7);
        byte[] gray = new byte[31 * 17];
        random.nextBytes(gray);
        byte[] rgb = new byte[3 * gray.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = gray[i / 3];
        }
        byte[] resizedGray = resampler.resize(gray, 31, 17, 1, 13, 40);
        byte[] resizedRgb = resampler.resize(rgb, 31, 17, 3, 13, 40);
        for (int i = 0; i < resizedRgb.length; i++) {
            assertThat(resizedRgb[i]).isEqualTo(resizedGray[i / 3]);
        }
    }
}
