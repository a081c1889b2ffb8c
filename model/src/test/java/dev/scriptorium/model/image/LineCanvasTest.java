package dev.scriptorium.model.image;

import dev.scriptorium.model.config.ModelConfig;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LineCanvasTest {
    private static final ModelConfig CONFIG = new ModelConfig(
            new ModelConfig.Sam(
                    8, 1, 1, List.of(0), 8, 4, 128, 4, 8, 4, 8, List.of(8, 8), List.of(List.of(2, 2), List.of(2, 1))),
            new ModelConfig.Clip(8, 1, 1, 4, 1, 64),
            new ModelConfig.Decoder(8, 2, 1, 8, 1, 2, 1, 8, 1, false, 10, 256, 1e-6, 1e4, 0, 1),
            ModelConfig.Unit.LINE);

    @Test
    void keepsTheAspectAndPadsToWholeWindows() {
        LineCanvas canvas = LineCanvas.fit(filled(200, 64, 0), CONFIG);

        assertThat(canvas.height()).isEqualTo(32);
        assertThat(canvas.width()).isEqualTo(100);
        assertThat(canvas.paddedWidth()).isEqualTo(128);
        assertThat(canvas.pixels()[99]).isZero();
        assertThat(canvas.pixels()[100]).isEqualTo((byte) 127);
    }

    @Test
    void squeezesALineThatIsTooLong() {
        LineCanvas canvas = LineCanvas.fit(filled(5000, 32, 255), CONFIG);

        assertThat(canvas.width()).isEqualTo(1024);
        assertThat(canvas.paddedWidth()).isEqualTo(1024);
    }

    @Test
    void takesASliverOfALine() {
        LineCanvas canvas = LineCanvas.fit(filled(1, 900, 255), CONFIG);

        assertThat(canvas.width()).isEqualTo(1);
        assertThat(canvas.paddedWidth()).isEqualTo(64);
    }

    @Test
    void widensWithoutChangingTheLine() {
        LineCanvas narrow = LineCanvas.fit(filled(64, 32, 10), CONFIG);
        LineCanvas wide = narrow.paddedTo(192);

        assertThat(wide.width()).isEqualTo(64);
        assertThat(Arrays.copyOfRange(wide.pixels(), 0, 64)).isEqualTo(Arrays.copyOfRange(narrow.pixels(), 0, 64));
        assertThat(wide.pixels()[64]).isEqualTo((byte) 127);
        assertThatThrownBy(() -> wide.paddedTo(63))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("canvas: width >= 64 expected, 63 found");
    }

    @Test
    void normalizesToThreeEqualChannels() {
        LineCanvas canvas = LineCanvas.fit(filled(64, 32, 255), CONFIG);
        FloatBuffer buffer = FloatBuffer.allocate(3 * 32 * 64);
        canvas.normalize(buffer);

        assertThat(buffer.hasRemaining()).isFalse();
        assertThat(buffer.array()).containsOnly(1f);
    }

    private static GrayImage filled(int width, int height, int value) {
        byte[] pixels = new byte[width * height];
        Arrays.fill(pixels, (byte) value);
        return new GrayImage(pixels, width, height);
    }
}
