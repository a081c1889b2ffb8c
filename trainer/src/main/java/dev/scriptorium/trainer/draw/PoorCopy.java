package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.Resampler;
import java.util.SplittableRandom;

/**
 * Copies a line as carelessly as real pages are copied: cut a little off the mark, too few pixels, dead dots of
 * the print head, faint, grainy, packed too hard. Readers make mistakes on such lines, which is what
 * they are for: what a confidence is worth cannot be learned from lines that are read without fault.
 */
public final class PoorCopy {
    private static final int LEAST_HEIGHT = 11;
    private static final int GREATEST_HEIGHT = 34;

    private PoorCopy() {}

    /**
     * A copy.
     *
     * @param random decides everything
     * @param harshness 0 leaves almost everything readable, 1 little
     */
    public static GrayImage of(GrayImage line, SplittableRandom random, double harshness) {
        GrayImage copy = random.nextInt(3) == 0 ? cut(line, random, harshness) : line;
        if (random.nextInt(3) != 0) {
            copy = shrunk(copy, random, harshness);
        }
        byte[] pixels = copy.pixels().clone();
        GrayImage result = new GrayImage(pixels, copy.width(), copy.height());
        if (random.nextInt(5) == 0) {
            deadDots(result, random, harshness);
        }
        if (random.nextInt(3) == 0) {
            worn(result, random, harshness);
        }
        if (random.nextInt(2) == 0) {
            faint(pixels, random, harshness);
        }
        if (random.nextInt(2) == 0) {
            JpegBlocks.apply(pixels, result.width(), result.height(), random.nextDouble(0.5, 1 + 3 * harshness));
        }
        return result;
    }

    /** The cutter misses the line's edges; letters lose their tops, feet or sides. */
    private static GrayImage cut(GrayImage line, SplittableRandom random, double harshness) {
        double most = 0.16 * harshness * line.height();
        int left = (int) random.nextDouble(0, 1 + 2 * most);
        int right = (int) random.nextDouble(0, 1 + 2 * most);
        int top = (int) random.nextDouble(0, 1 + most);
        int bottom = (int) random.nextDouble(0, 1 + most);
        int width = line.width() - left - right;
        int height = line.height() - top - bottom;
        if (width < line.height() / 4 || height < LEAST_HEIGHT) {
            return line;
        }
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(line.pixels(), (top + y) * line.width() + left, pixels, y * width, width);
        }
        return new GrayImage(pixels, width, height);
    }

    /** Scanned with too few dots. */
    private static GrayImage shrunk(GrayImage line, SplittableRandom random, double harshness) {
        double height = GREATEST_HEIGHT - harshness * random.nextDouble(0, GREATEST_HEIGHT - LEAST_HEIGHT);
        double scale = height / line.height();
        if (scale >= 1) {
            return line;
        }
        int newWidth = Math.max(1, (int) Math.round(line.width() * scale));
        int newHeight = (int) Math.round(height);
        byte[] small = Resampler.BICUBIC.resize(line.pixels(), line.width(), line.height(), 1, newWidth, newHeight);
        return new GrayImage(small, newWidth, newHeight);
    }

    /** Light streaks along the paper's way through the printer, or across it. */
    private static void deadDots(GrayImage line, SplittableRandom random, double harshness) {
        boolean across = random.nextBoolean();
        int paper = brightest(line.pixels());
        int reach = across ? line.height() : line.width();
        int streaks = 1 + (int) (random.nextDouble() * (across ? 1 + 2 * harshness : reach / 60.0));
        for (int i = 0; i < streaks; i++) {
            int at = random.nextInt(reach);
            int thick = 1 + (int) (random.nextDouble() * harshness * line.height() / 10);
            for (int k = at; k < Math.min(reach, at + thick); k++) {
                for (int along = 0; along < (across ? line.width() : line.height()); along++) {
                    line.pixels()[across ? k * line.width() + along : along * line.width() + k] = (byte) paper;
                }
            }
        }
    }

    /** Parts of letters are gone, as where a thermal head is dirty or the paper was rubbed. */
    private static void worn(GrayImage line, SplittableRandom random, double harshness) {
        double cell = Math.max(3, line.height() * random.nextDouble(0.15, 0.8));
        float[] noise = SmoothNoise.field(random, line.width(), line.height(), cell, 2);
        double depth = Math.min(1, 2 * harshness) * random.nextDouble(0.3, 1);
        int paper = brightest(line.pixels());
        for (int i = 0; i < noise.length; i++) {
            // the clouds' values crowd around a half: twice as steep, and cut off
            double gone = depth * Math.max(0, Math.min(1, 2 * noise[i] - 0.5));
            int here = line.pixels()[i] & 255;
            line.pixels()[i] = (byte) Math.round(here + gone * (paper - here));
        }
    }

    private static int brightest(byte[] pixels) {
        int most = 0;
        for (byte pixel : pixels) {
            most = Math.max(most, pixel & 255);
        }
        return most;
    }

    /** Little contrast, much grain. */
    private static void faint(byte[] pixels, SplittableRandom random, double harshness) {
        double contrast = 1 - random.nextDouble(0, 0.8) * harshness;
        double grain = random.nextDouble(0, 45) * harshness;
        int paper = brightest(pixels);
        for (int i = 0; i < pixels.length; i++) {
            double noise = random.nextDouble() + random.nextDouble() - 1;
            double value = paper - contrast * (paper - (pixels[i] & 255)) + grain * noise;
            pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
    }
}
