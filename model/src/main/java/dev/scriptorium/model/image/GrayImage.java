package dev.scriptorium.model.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Objects;

/**
 * A gray picture: one unsigned byte a pixel, row by row from the top left, 0 black, 255 white. The
 * array is not copied, so whoever makes an image hands its array over. Safe for many readers.
 */
public final class GrayImage {
    private final byte[] pixels;
    private final int width;
    private final int height;

    /**
     * @param pixels row-major, exactly {@code width * height} bytes; owned by the image from now on
     * @throws IllegalArgumentException if a side is not positive or the array has another length
     */
    public GrayImage(byte[] pixels, int width, int height) {
        Objects.requireNonNull(pixels, "pixels");
        if (width < 1 || height < 1 || pixels.length != (long) width * height) {
            throw new IllegalArgumentException("gray image: width x height bytes expected, " + width + "x" + height
                    + " and " + pixels.length + " bytes found");
        }
        this.pixels = pixels;
        this.width = width;
        this.height = height;
    }

    /**
     * Converts with the weights of ITU-R 601 (0.299, 0.587, 0.114) on the stored sRGB values; what is
     * transparent is laid on white.
     */
    public static GrayImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] pixels = new byte[Math.multiplyExact(width, height)];
        if (image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
            // Through getRGB Java would turn linear gray into sRGB; the stored bytes are what is meant.
            image.getRaster().getDataElements(0, 0, width, height, pixels);
            return new GrayImage(pixels, width, height);
        }
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = (byte) luma(row[x]);
            }
        }
        return new GrayImage(pixels, width, height);
    }

    private static int luma(int argb) {
        int alpha = argb >>> 24;
        int red = argb >> 16 & 255;
        int green = argb >> 8 & 255;
        int blue = argb & 255;
        int gray = (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16;
        return alpha == 255 ? gray : (gray * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    public byte[] pixels() {
        return pixels;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The value 0..255 at a pixel. */
    public int at(int x, int y) {
        return pixels[y * width + x] & 255;
    }

    /** The same pixels for ImageIO and Java2D; the bytes are copied. */
    public BufferedImage toBufferedImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        byte[] target = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        System.arraycopy(pixels, 0, target, 0, pixels.length);
        return image;
    }
}
