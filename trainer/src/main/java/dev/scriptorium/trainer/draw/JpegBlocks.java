package dev.scriptorium.trainer.draw;

/** What JPEG does to a picture: each 8 x 8 block through a cosine transform whose values are rounded. */
final class JpegBlocks {
    private static final int SIDE = 8;
    // The luminance table of ITU-T T.81, annex K.1.
    private static final int[] STEPS = {
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
        51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
        120, 101, 72, 92, 95, 98, 112, 100, 103, 99
    };
    private static final float[] BASIS = basis();

    private JpegBlocks() {}

    private static float[] basis() {
        float[] basis = new float[SIDE * SIDE];
        for (int k = 0; k < SIDE; k++) {
            for (int n = 0; n < SIDE; n++) {
                double norm = k == 0 ? Math.sqrt(0.125) : 0.5;
                basis[k * SIDE + n] = (float) (norm * Math.cos(Math.PI * (n + 0.5) * k / SIDE));
            }
        }
        return basis;
    }

    /**
     * In place.
     *
     * @param coarseness factor on the standard table: 0.3 fine, 2.5 poor
     */
    static void apply(byte[] pixels, int width, int height, double coarseness) {
        float[] block = new float[SIDE * SIDE];
        float[] half = new float[SIDE * SIDE];
        float[] steps = new float[SIDE * SIDE];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = (float) Math.max(1, STEPS[i] * coarseness);
        }
        for (int top = 0; top < height; top += SIDE) {
            for (int left = 0; left < width; left += SIDE) {
                for (int i = 0; i < block.length; i++) {
                    int y = Math.min(height - 1, top + i / SIDE);
                    int x = Math.min(width - 1, left + i % SIDE);
                    block[i] = (pixels[y * width + x] & 255) - 128;
                }
                forward(block, half);
                forward(half, block);
                for (int i = 0; i < block.length; i++) {
                    block[i] = Math.round(block[i] / steps[i]) * steps[i];
                }
                backward(block, half);
                backward(half, block);
                for (int i = 0; i < block.length; i++) {
                    int y = top + i / SIDE;
                    int x = left + i % SIDE;
                    if (y < height && x < width) {
                        pixels[y * width + x] = (byte) Math.max(0, Math.min(255, Math.round(block[i]) + 128));
                    }
                }
            }
        }
    }

    /** Transforms rows and transposes; twice gives both directions. */
    private static void forward(float[] from, float[] to) {
        for (int row = 0; row < SIDE; row++) {
            for (int k = 0; k < SIDE; k++) {
                float sum = 0;
                for (int n = 0; n < SIDE; n++) {
                    sum += from[row * SIDE + n] * BASIS[k * SIDE + n];
                }
                to[k * SIDE + row] = sum;
            }
        }
    }

    private static void backward(float[] from, float[] to) {
        for (int row = 0; row < SIDE; row++) {
            for (int n = 0; n < SIDE; n++) {
                float sum = 0;
                for (int k = 0; k < SIDE; k++) {
                    sum += from[row * SIDE + k] * BASIS[k * SIDE + n];
                }
                to[n * SIDE + row] = sum;
            }
        }
    }
}
