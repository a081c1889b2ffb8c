package dev.scriptorium.model.image;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

import static org.assertj.core.api.Assertions.assertThat;

/** Image bytes of a record become pixels or an {@link UnreadableImageException}. */
class ImageDecoderFuzzTest {
    private static final ImageDecoder DECODER = new ImageDecoder(1 << 20);

    @FuzzTest(maxDuration = "10s", maxExecutions = 1500)
    void briefly(byte[] bytes) {
        decode(bytes);
    }

    @FuzzTest(maxDuration = "1h")
    void thoroughly(byte[] bytes) {
        decode(bytes);
    }

    private static void decode(byte[] bytes) {
        try {
            RgbImage image = DECODER.decode("page fuzz/1", ByteBuffer.wrap(bytes));
            assertThat((long) image.width() * image.height()).isBetween(1L, 1L << 20);
        } catch (UnreadableImageException e) {
            assertThat(e).hasMessageStartingWith("page fuzz/1: ");
        }
    }
}
