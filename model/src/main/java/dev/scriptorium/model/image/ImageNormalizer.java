package dev.scriptorium.model.image;

import java.nio.FloatBuffer;

/**
 * Pixels to the numbers the encoder takes: channels first, {@code (x / 255 - 0.5) / 0.5} in float32,
 * so -1 is black and 1 is white (SPEC section 3.6).
 */
public final class ImageNormalizer {
    private static final float[] SCALE = new float[256];

    static {
        for (int value = 0; value < SCALE.length; value++) {
            SCALE[value] = (value / 255f - 0.5f) / 0.5f;
        }
    }

    private ImageNormalizer() {}

    /** What each of 256 samples becomes, in turn. */
    public static float[] scale() {
        return SCALE.clone();
    }

    /**
     * Writes one picture as (3, H, W) at the buffer's position and moves the position behind it; call
     * once per picture to fill (N, 3, H, W).
     *
     * @throws java.nio.BufferOverflowException if fewer than {@code 3 * width * height} floats remain
     */
    public static void normalize(RgbImage image, FloatBuffer to) {
        byte[] samples = image.samples();
        float[] row = new float[image.width()];
        for (int channel = 0; channel < 3; channel++) {
            int at = channel;
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < row.length; x++) {
                    row[x] = SCALE[samples[at] & 0xFF];
                    at += 3;
                }
                to.put(row);
            }
        }
    }
}
