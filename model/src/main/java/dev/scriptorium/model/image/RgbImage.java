package dev.scriptorium.model.image;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Objects;

/**
 * An 8-bit RGB picture: three bytes a pixel, row by row from the top left, no padding between rows.
 *
 * <p>Equal when size and all pixels are equal. Whoever holds {@link #samples()} can change the
 * picture; by convention nobody does once it was handed on, and then it may be read by any thread.
 */
public final class RgbImage {
    private final int width;
    private final int height;
    private final byte[] samples;

    /**
     * Wraps samples without copying them.
     *
     * @param samples {@code 3 * width * height} bytes: red, green, blue of each pixel
     * @throws IllegalArgumentException if a side is not positive or the number of bytes does not fit
     */
    public RgbImage(int width, int height, byte[] samples) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("image: at least 1 x 1 pixels expected, " + width + " x " + height);
        }
        if (samples.length != 3L * width * height) {
            throw new IllegalArgumentException("image " + width + " x " + height + ": " + 3L * width * height
                    + " bytes expected, " + samples.length + " found");
        }
        this.width = width;
        this.height = height;
        this.samples = samples;
    }

    /** A picture of one colour. */
    public static RgbImage filled(int width, int height, int red, int green, int blue) {
        byte[] samples = new byte[Math.multiplyExact(Math.multiplyExact(3, width), height)];
        for (int i = 0; i < samples.length; i += 3) {
            samples[i] = (byte) red;
            samples[i + 1] = (byte) green;
            samples[i + 2] = (byte) blue;
        }
        return new RgbImage(width, height, samples);
    }

    /** Width in pixels. */
    public int width() {
        return width;
    }

    /** Height in pixels. */
    public int height() {
        return height;
    }

    /** The picture's own bytes, not a copy: red, green, blue of each pixel. */
    public byte[] samples() {
        return samples;
    }

    /** One pixel as {@code 0xRRGGBB}. */
    public int rgb(int x, int y) {
        int at = 3 * (Objects.checkIndex(y, height) * width + Objects.checkIndex(x, width));
        return ((samples[at] & 0xFF) << 16) | ((samples[at + 1] & 0xFF) << 8) | (samples[at + 2] & 0xFF);
    }

    /**
     * A copy of a part of the picture.
     *
     * @throws IndexOutOfBoundsException if the rectangle reaches outside
     */
    public RgbImage crop(int x, int y, int cropWidth, int cropHeight) {
        Objects.checkFromIndexSize(x, cropWidth, width);
        Objects.checkFromIndexSize(y, cropHeight, height);
        byte[] part = new byte[3 * cropWidth * cropHeight];
        for (int row = 0; row < cropHeight; row++) {
            System.arraycopy(samples, 3 * ((y + row) * width + x), part, 3 * row * cropWidth, 3 * cropWidth);
        }
        return new RgbImage(cropWidth, cropHeight, part);
    }

    /**
     * The picture turned clockwise by so many quarters; the same picture for 0.
     *
     * @param quarters 0 to 3
     */
    public RgbImage turned(int quarters) {
        Orientation turn =
                switch (quarters) {
                    case 0 -> Orientation.TOP_LEFT;
                    case 1 -> Orientation.RIGHT_TOP;
                    case 2 -> Orientation.BOTTOM_RIGHT;
                    case 3 -> Orientation.LEFT_BOTTOM;
                    default ->
                        throw new IllegalArgumentException("turn: 0 to 3 quarters expected, " + quarters + " found");
                };
        return turn.upright(this);
    }

    /** The luma of every pixel, by the weights of ITU-R 601. */
    public GrayImage toGray() {
        byte[] gray = new byte[width * height];
        for (int i = 0; i < gray.length; i++) {
            int red = samples[3 * i] & 255;
            int green = samples[3 * i + 1] & 255;
            int blue = samples[3 * i + 2] & 255;
            gray[i] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16);
        }
        return new GrayImage(gray, width, height);
    }

    /** A copy for {@code javax.imageio} and {@code java.awt}, of type {@link BufferedImage#TYPE_INT_RGB}. */
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                row[x] = rgb(x, y);
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        return image;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RgbImage that && width == that.width && Arrays.equals(samples, that.samples);
    }

    @Override
    public int hashCode() {
        return 31 * width + Arrays.hashCode(samples);
    }

    @Override
    public String toString() {
        return "RgbImage[" + width + " x " + height + "]";
    }
}
