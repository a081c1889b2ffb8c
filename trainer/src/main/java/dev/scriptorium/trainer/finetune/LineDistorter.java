package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.image.GrayImage;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Shows a line as another hand, pen or scan might have: stretched, slanted, turned and waved a little,
 * thicker or thinner, blurred, darker or lighter, noisy. Few samples teach more that way. Stateless.
 */
final class LineDistorter {
    private static final double STRETCH = 0.14;
    private static final double SLANT = 0.22;
    private static final double TURN = 0.03;
    private static final double WAVE = 0.035;
    private static final double MARGIN = 0.10;
    private static final double CONTRAST = 0.25;
    private static final double NOISE = 14;

    private LineDistorter() {}

    /** A distorted copy; {@code random} decides everything. */
    static GrayImage distort(GrayImage line, SplittableRandom random) {
        GrayImage image = warp(line, random);
        int pen = random.nextInt(8);
        if (pen < 2) {
            image = neighbours(image, pen == 0);
        }
        for (int pass = random.nextInt(3); pass > 0; pass--) {
            image = blur(image);
        }
        return tone(image, random);
    }

    private static GrayImage warp(GrayImage line, SplittableRandom random) {
        int w = line.width();
        int h = line.height();
        double scaleX = 1 + within(random, STRETCH);
        double scaleY = 1 + within(random, STRETCH / 2);
        double slant = within(random, SLANT);
        double turn = within(random, TURN) * Math.min(1, 8.0 * h / w);
        double shiftY = within(random, MARGIN) * h;
        double wave = random.nextDouble(WAVE) * h;
        double length = h * random.nextDouble(1.5, 5);
        double phase = random.nextDouble(2 * Math.PI);
        int left = (int) (random.nextDouble(MARGIN) * h);
        int width = Math.max(1, (int) Math.round(w * scaleX)) + left + (int) (random.nextDouble(MARGIN) * h);
        int paper = paper(line);
        byte[] pixels = new byte[width * h];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < width; x++) {
                double u = (x - left + 0.5) / scaleX;
                double fromMiddle = y + 0.5 - h / 2.0 - shiftY;
                double bent = wave * Math.sin(phase + 2 * Math.PI * u / length);
                double sourceY = h / 2.0 + fromMiddle / scaleY + turn * (u - w / 2.0) + bent;
                double sourceX = u + slant * fromMiddle + wave * Math.cos(phase + 2 * Math.PI * y / length);
                pixels[y * width + x] = (byte) sample(line, sourceX - 0.5, sourceY - 0.5, paper);
            }
        }
        return new GrayImage(pixels, width, h);
    }

    private static int sample(GrayImage image, double x, double y, int paper) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        double right = x - left;
        double down = y - top;
        double above = at(image, left, top, paper) * (1 - right) + at(image, left + 1, top, paper) * right;
        double below = at(image, left, top + 1, paper) * (1 - right) + at(image, left + 1, top + 1, paper) * right;
        return (int) Math.round(above * (1 - down) + below * down);
    }

    private static int at(GrayImage image, int x, int y, int paper) {
        return x < 0 || y < 0 || x >= image.width() || y >= image.height() ? paper : image.at(x, y);
    }

    /** What lies outside: the middle value of the picture's edge. */
    private static int paper(GrayImage image) {
        int[] edge = new int[2 * (image.width() + image.height())];
        int at = 0;
        for (int x = 0; x < image.width(); x++) {
            edge[at++] = image.at(x, 0);
            edge[at++] = image.at(x, image.height() - 1);
        }
        for (int y = 0; y < image.height(); y++) {
            edge[at++] = image.at(0, y);
            edge[at++] = image.at(image.width() - 1, y);
        }
        Arrays.sort(edge);
        return edge[edge.length / 2];
    }

    /** The darkest or lightest of each pixel and its four neighbours: a thicker or thinner pen. */
    private static GrayImage neighbours(GrayImage image, boolean darkest) {
        int w = image.width();
        int h = image.height();
        byte[] pixels = new byte[w * h];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int value = image.at(x, y);
                int[] around = {
                    image.at(Math.max(0, x - 1), y),
                    image.at(Math.min(w - 1, x + 1), y),
                    image.at(x, Math.max(0, y - 1)),
                    image.at(x, Math.min(h - 1, y + 1))
                };
                for (int other : around) {
                    value = darkest ? Math.min(value, other) : Math.max(value, other);
                }
                pixels[y * w + x] = (byte) ((value + image.at(x, y)) / 2);
            }
        }
        return new GrayImage(pixels, w, h);
    }

    /** The kernel 1 2 1 in both directions. */
    private static GrayImage blur(GrayImage image) {
        int w = image.width();
        int h = image.height();
        int[] across = new int[w * h];
        byte[] pixels = new byte[w * h];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                across[y * w + x] =
                        image.at(Math.max(0, x - 1), y) + 2 * image.at(x, y) + image.at(Math.min(w - 1, x + 1), y);
            }
        }
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int sum = across[Math.max(0, y - 1) * w + x]
                        + 2 * across[y * w + x]
                        + across[Math.min(h - 1, y + 1) * w + x];
                pixels[y * w + x] = (byte) ((sum + 8) >> 4);
            }
        }
        return new GrayImage(pixels, w, h);
    }

    private static GrayImage tone(GrayImage image, SplittableRandom random) {
        double contrast = 1 + within(random, CONTRAST);
        double lift = within(random, CONTRAST) * 80;
        double noise = Math.max(0, random.nextDouble(-NOISE, NOISE));
        byte[] pixels = new byte[image.width() * image.height()];
        for (int i = 0; i < pixels.length; i++) {
            double value = ((image.pixels()[i] & 255) - 127) * contrast + 127 + lift + within(random, 1) * noise;
            pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
        return new GrayImage(pixels, image.width(), image.height());
    }

    private static double within(SplittableRandom random, double limit) {
        return (2 * random.nextDouble() - 1) * limit;
    }
}
