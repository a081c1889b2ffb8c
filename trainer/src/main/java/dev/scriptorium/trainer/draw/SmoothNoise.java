package dev.scriptorium.trainer.draw;

import java.util.SplittableRandom;

/** Clouds: random values on a coarse grid, smooth between, finer grids added at half the height. */
final class SmoothNoise {
    private SmoothNoise() {}

    /**
     * Values 0..1, row by row.
     *
     * @param cell pixels between the values of the coarsest grid
     * @param octaves how many grids; 1 is smooth, 6 is rough as stone
     */
    static float[] field(SplittableRandom random, int width, int height, double cell, int octaves) {
        float[] field = new float[Math.multiplyExact(width, height)];
        double side = cell;
        float weight = 1;
        float sum = 0;
        for (int octave = 0; octave < octaves && side >= 1.5; octave++) {
            add(random, field, width, height, side, weight);
            sum += weight;
            side /= 2;
            weight /= 2;
        }
        for (int i = 0; i < field.length; i++) {
            field[i] /= Math.max(1, sum);
        }
        return field;
    }

    private static void add(SplittableRandom random, float[] field, int width, int height, double side, float weight) {
        int columns = (int) (width / side) + 3;
        int rows = (int) (height / side) + 3;
        float[] grid = new float[columns * rows];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = (float) random.nextDouble() * weight;
        }
        float[] line = new float[columns];
        for (int y = 0; y < height; y++) {
            int top = (int) (y / side);
            float down = smooth((float) (y / side) - top);
            for (int x = 0; x < columns; x++) {
                float above = grid[top * columns + x];
                line[x] = above + (grid[(top + 1) * columns + x] - above) * down;
            }
            for (int x = 0; x < width; x++) {
                int left = (int) (x / side);
                float across = smooth((float) (x / side) - left);
                field[y * width + x] += line[left] + (line[left + 1] - line[left]) * across;
            }
        }
    }

    private static float smooth(float t) {
        return t * t * (3 - 2 * t);
    }
}
