package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A picture being made: gray levels, 0 black to 255 white, which may run over until it is taken. */
final class Plane {
    /** A triangle of this half width has deviation 1. */
    private static final double TRIANGLE = Math.sqrt(6);

    final float[] level;
    final int width;
    final int height;

    Plane(int width, int height, double level) {
        this.width = width;
        this.height = height;
        this.level = new float[Math.multiplyExact(width, height)];
        Arrays.fill(this.level, (float) level);
    }

    /** Adds a field of values 0..1, so many levels high. */
    void add(float[] field, double levels) {
        for (int i = 0; i < level.length; i++) {
            level[i] += (float) levels * field[i];
        }
    }

    /** Paints shapes, drawn in white, in one level; opacity 1 covers what was there. */
    void paint(double paint, double opacity, Consumer<Graphics2D> shapes) {
        BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = mask.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        shapes.accept(graphics);
        graphics.dispose();
        byte[] covered = ((DataBufferByte) mask.getRaster().getDataBuffer()).getData();
        float most = (float) (opacity / 255);
        for (int i = 0; i < level.length; i++) {
            if (covered[i] != 0) {
                level[i] += ((float) paint - level[i]) * most * (covered[i] & 255);
            }
        }
    }

    /** Noise of the sensor. */
    void grain(SplittableRandom random, double deviation) {
        float scale = (float) (deviation * TRIANGLE / 65536);
        for (int i = 0; i < level.length; i++) {
            int bits = random.nextInt();
            level[i] += ((bits & 0xFFFF) + (bits >>> 16) - 65535) * scale;
        }
    }

    /** The kernel 1 2 1 in both directions, this many times. */
    void blur(int passes) {
        for (int pass = 0; pass < passes; pass++) {
            for (int y = 0; y < height; y++) {
                blur(y * width, 1, width);
            }
            for (int x = 0; x < width; x++) {
                blur(x, width, height);
            }
        }
    }

    private void blur(int start, int step, int count) {
        float before = level[start];
        for (int i = 0, at = start; i < count; i++, at += step) {
            float here = level[at];
            float after = i + 1 < count ? level[at + step] : here;
            level[at] = (before + 2 * here + after) / 4;
            before = here;
        }
    }

    /** Black below a level, white above. */
    void binarize(double threshold) {
        for (int i = 0; i < level.length; i++) {
            level[i] = level[i] < threshold ? 0 : 255;
        }
    }

    void invert() {
        for (int i = 0; i < level.length; i++) {
            level[i] = 255 - level[i];
        }
    }

    double mean() {
        double sum = 0;
        for (float value : level) {
            sum += value;
        }
        return sum / level.length;
    }

    /** The picture as it is now. */
    GrayImage toImage() {
        byte[] pixels = new byte[level.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(level[i])));
        }
        return new GrayImage(pixels, width, height);
    }
}
