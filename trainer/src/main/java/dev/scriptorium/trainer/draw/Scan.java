package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import java.util.SplittableRandom;

/** What a scanner makes of the ink: coverage (0 none, 255 full) becomes pixels with their faults. */
final class Scan {
    private final byte[] coverage;
    private final int width;
    private final int height;

    Scan(byte[] coverage, int width, int height) {
        this.coverage = coverage;
        this.width = width;
        this.height = height;
    }

    /**
     * @param em pixels of the em, against which blur and grain are measured
     * @param receipt whether it is more likely a thermal print in gray than a book in black and white
     */
    GrayImage finish(SplittableRandom random, double em, boolean receipt) {
        blur(random.nextInt(em < 26 ? 3 : em < 40 ? 4 : 6));
        if (random.nextInt(4) == 0) {
            fade(random, em, random.nextDouble(0.1, 0.5));
        }
        if (random.nextInt(100) < (receipt ? em < 22 ? 12 : 35 : 66)) {
            binarize(random, em);
        } else {
            gray(random, em);
            if (random.nextInt(2) == 0) {
                JpegBlocks.apply(coverage, width, height, random.nextDouble(0.3, 2.5));
            }
            if (random.nextInt(4) == 0) {
                sharpen(random.nextDouble(0.3, 1.6));
            }
        }
        if (random.nextInt(60) == 0) {
            invert();
        }
        return new GrayImage(coverage, width, height);
    }

    /** The kernel 1 2 1 in both directions, this many times. */
    private void blur(int passes) {
        for (int pass = 0; pass < passes; pass++) {
            for (int y = 0; y < height; y++) {
                int row = y * width;
                int before = coverage[row] & 255;
                for (int x = 0; x < width; x++) {
                    int here = coverage[row + x] & 255;
                    int after = x + 1 < width ? coverage[row + x + 1] & 255 : here;
                    coverage[row + x] = (byte) ((before + 2 * here + after + 2) >> 2);
                    before = here;
                }
            }
            int[] above = new int[width];
            for (int x = 0; x < width; x++) {
                above[x] = coverage[x] & 255;
            }
            for (int y = 0; y < height; y++) {
                int row = y * width;
                int next = y + 1 < height ? row + width : row;
                for (int x = 0; x < width; x++) {
                    int here = coverage[row + x] & 255;
                    coverage[row + x] = (byte) ((above[x] + 2 * here + (coverage[next + x] & 255) + 2) >> 2);
                    above[x] = here;
                }
            }
        }
    }

    /** What scanners do to please the eye: edges are overdone, grain and blocks with them. */
    private void sharpen(double strength) {
        byte[] sharp = coverage.clone();
        blur(1);
        for (int i = 0; i < sharp.length; i++) {
            int here = sharp[i] & 255;
            double value = here + strength * (here - (coverage[i] & 255));
            coverage[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
    }

    /** Patches where the type or the paper took less ink. */
    private void fade(SplittableRandom random, double em, double depth) {
        Patches patches = new Patches(random, width, height, em * random.nextDouble(0.3, 5));
        for (int y = 0; y < height; y++) {
            patches.row(y);
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                if (coverage[at] != 0) {
                    coverage[at] = (byte) ((coverage[at] & 255) * (1 - depth * patches.at(x)));
                }
            }
        }
    }

    /**
     * A whole page, tidily scanned: a book in black and white, or gray.
     *
     * @param wear 0 for a good print, 1 for a poor one
     */
    GrayImage page(SplittableRandom random, double em, boolean bilevel, double wear) {
        blur(2);
        fade(random, em, 0.1 + 0.25 * wear);
        if (bilevel) {
            binarize(random, em, 0.42, 0.05 + 0.15 * wear, 0.05 + 0.15 * wear);
            speckle(random, 0.0012 * wear, em);
        } else {
            gray(random, em, 248 - 30 * wear, 40 + 60 * wear, 14 * wear, 6 + 10 * wear, 1.2);
        }
        return new GrayImage(coverage, width, height);
    }

    private void binarize(SplittableRandom random, double em) {
        binarize(
                random,
                em,
                random.nextDouble(0.28, 0.62),
                random.nextInt(3) == 0 ? random.nextDouble(0.1, 0.45) : random.nextDouble(0, 0.12),
                random.nextInt(3) == 0 ? random.nextDouble(0, 0.35) : random.nextDouble(0, 0.08));
        if (random.nextInt(3) == 0) {
            speckle(random, random.nextDouble(0, 0.0015), em);
        }
    }

    private void binarize(
            SplittableRandom random, double em, double thresholdPart, double patchinessPart, double grainPart) {
        // Against the darkness of this type: after blurring, hairlines never reach 255.
        double full = 1.12 * typicalInk();
        double threshold = full * thresholdPart;
        double patchiness = full * patchinessPart;
        double grain = full * grainPart;
        Patches patches = new Patches(random, width, height, em * random.nextDouble(0.15, 2));
        Grain noise = new Grain(random);
        for (int y = 0; y < height; y++) {
            patches.row(y);
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                double limit = threshold + patchiness * (patches.at(x) - 0.5) + grain * noise.next();
                // Never less than 8, so that grain alone does not ink blank paper.
                coverage[at] = (byte) ((coverage[at] & 255) > Math.max(8, limit) ? 0 : 255);
            }
        }
    }

    /** The mean coverage of inked pixels, the well inked counting more. */
    private double typicalInk() {
        long sum = 1;
        long squares = 1;
        for (byte covered : coverage) {
            int ink = covered & 255;
            sum += ink;
            squares += (long) ink * ink;
        }
        return (double) squares / sum;
    }

    /** Dust on the glass, pits in the ink. */
    private void speckle(SplittableRandom random, double density, double em) {
        int count = (int) (density * width * height);
        for (int i = 0; i < count; i++) {
            int side = random.nextInt(8) == 0 ? Math.max(1, (int) (em * random.nextDouble(0.03, 0.09))) : 1;
            byte value = (byte) (random.nextInt(3) == 0 ? 255 : 0);
            int left = random.nextInt(width);
            int top = random.nextInt(height);
            for (int y = top; y < Math.min(height, top + side); y++) {
                for (int x = left; x < Math.min(width, left + side); x++) {
                    coverage[y * width + x] = value;
                }
            }
        }
    }

    private void gray(SplittableRandom random, double em) {
        double paper = random.nextInt(3) == 0 ? random.nextDouble(150, 235) : random.nextDouble(225, 256);
        gray(
                random,
                em,
                paper,
                random.nextInt(3) == 0 ? random.nextDouble(60, paper - 55) : random.nextDouble(0, 80),
                random.nextInt(2) == 0 ? random.nextDouble(0, 40) : 0,
                random.nextInt(2) == 0 ? random.nextDouble(0, 28) : random.nextDouble(0, 6),
                random.nextDouble(0.8, 1.7));
    }

    /**
     * All values are gray levels.
     *
     * @param gain above 1 the strokes grow fuller, as on a copy of a copy
     */
    private void gray(
            SplittableRandom random, double em, double paper, double ink, double stain, double grain, double gain) {
        Patches patches = new Patches(random, width, height, em * random.nextDouble(0.5, 6));
        Grain noise = new Grain(random);
        for (int y = 0; y < height; y++) {
            patches.row(y);
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                double here = paper - stain * patches.at(x);
                double share = Math.min(1, (coverage[at] & 255) * gain / 255);
                double value = here - share * Math.max(0, here - ink) + grain * noise.next();
                coverage[at] = (byte) Math.max(0, Math.min(255, Math.round(value)));
            }
        }
    }

    private void invert() {
        for (int i = 0; i < coverage.length; i++) {
            coverage[i] = (byte) ~coverage[i];
        }
    }

    /** Smooth noise 0..1: random values on a coarse grid, bilinear between. */
    private static final class Patches {
        private final float[] grid;
        private final int columns;
        private final float perPixel;
        private final float[] line;

        Patches(SplittableRandom random, int width, int height, double cell) {
            double side = Math.max(3, cell);
            columns = (int) (width / side) + 3;
            int rows = (int) (height / side) + 3;
            grid = new float[columns * rows];
            for (int i = 0; i < grid.length; i++) {
                grid[i] = (float) random.nextDouble();
            }
            perPixel = (float) (1 / side);
            line = new float[columns];
        }

        void row(int y) {
            float at = y * perPixel;
            int top = (int) at;
            float fraction = at - top;
            for (int x = 0; x < columns; x++) {
                line[x] = grid[top * columns + x] * (1 - fraction) + grid[(top + 1) * columns + x] * fraction;
            }
        }

        float at(int x) {
            float at = x * perPixel;
            int left = (int) at;
            float fraction = at - left;
            return line[left] + (line[left + 1] - line[left]) * fraction;
        }
    }

    /** White noise, -1..1 with a peak at 0; xorshift, as two million values a line are wanted. */
    private static final class Grain {
        private long state;

        Grain(SplittableRandom random) {
            state = random.nextLong() | 1;
        }

        double next() {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            int high = (int) (state >>> 32) >>> 16;
            int low = (int) state >>> 16;
            return (high + low - 65535) / 65536.0;
        }
    }
}
