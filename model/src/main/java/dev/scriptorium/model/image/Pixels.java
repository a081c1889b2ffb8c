package dev.scriptorium.model.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * Java's many kinds of pictures to plain RGB, as Pillow's {@code convert("RGB")} does it: gray is
 * copied to all three channels, alpha is dropped without blending, colour profiles are ignored.
 * ({@code BufferedImage.getRGB} would brighten gray, which it holds to be linear.) 16-bit samples
 * keep their upper 8 bits, where Pillow would turn the page white.
 *
 * <p>One exception: when the colour channels hold nothing and the picture is in the alpha channel
 * alone, it is laid on white paper.
 */
final class Pixels {
    private static final int WHITE = 255;

    private Pixels() {}

    static RgbImage toRgb(BufferedImage image) {
        ColorModel colors = image.getColorModel();
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR && isWhole(image.getRaster())) {
            return swapped(image);
        }
        byte[] samples = new byte[Math.multiplyExact(3, Math.multiplyExact(image.getWidth(), image.getHeight()))];
        byte[] alpha = colors.hasAlpha() ? new byte[samples.length / 3] : null;
        if (colors instanceof IndexColorModel palette) {
            fromPalette(image, palette, samples, alpha);
        } else if (colors instanceof ComponentColorModel && isIntegral(image.getRaster())) {
            if (colors.isAlphaPremultiplied()) {
                image.coerceData(false);
            }
            fromBands(image, samples, alpha);
        } else {
            fromAnything(image, samples, alpha);
        }
        if (alpha != null && isOneColour(samples)) {
            layOnWhite(samples, alpha);
        }
        return new RgbImage(image.getWidth(), image.getHeight(), samples);
    }

    /** The usual case, without a second copy of the page: exchanges red and blue where they lie. */
    private static RgbImage swapped(BufferedImage image) {
        byte[] samples = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < samples.length; i += 3) {
            byte blue = samples[i];
            samples[i] = samples[i + 2];
            samples[i + 2] = blue;
        }
        return new RgbImage(image.getWidth(), image.getHeight(), samples);
    }

    private static boolean isWhole(Raster raster) {
        return raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte data
                && model.getScanlineStride() == 3 * raster.getWidth()
                && data.getData().length == 3 * raster.getWidth() * raster.getHeight()
                && data.getOffset() == 0
                && raster.getParent() == null;
    }

    private static boolean isIntegral(Raster raster) {
        int type = raster.getTransferType();
        return type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT || type == DataBuffer.TYPE_INT;
    }

    private static void fromPalette(BufferedImage image, IndexColorModel palette, byte[] samples, byte[] alpha) {
        int[] colors = new int[palette.getMapSize()];
        palette.getRGBs(colors);
        int width = image.getWidth();
        int[] row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRaster().getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                int rgb = row[x] < colors.length ? colors[row[x]] : 0;
                put(rgb, y * width + x, samples, alpha);
            }
        }
    }

    private static void fromBands(BufferedImage image, byte[] samples, byte[] alpha) {
        ColorModel colors = image.getColorModel();
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int bands = raster.getNumBands();
        int inks = colors.getNumColorComponents();
        boolean cmyk = colors.getColorSpace().getType() == ColorSpace.TYPE_CMYK;
        int[] shifts = new int[bands];
        for (int band = 0; band < bands; band++) {
            shifts[band] = Math.max(0, raster.getSampleModel().getSampleSize(band) - Byte.SIZE);
        }
        int[] row = new int[width * bands];
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int from = x * bands;
                int pixel = y * width + x;
                int black = cmyk ? 255 - (row[from + 3] >>> shifts[3]) : 0;
                for (int c = 0; c < 3; c++) {
                    int band = inks < 3 ? 0 : c;
                    int value = row[from + band] >>> shifts[band];
                    samples[3 * pixel + c] = (byte) (cmyk ? black * (255 - value) / 255 : value);
                }
                if (alpha != null) {
                    alpha[pixel] = (byte) (row[from + bands - 1] >>> shifts[bands - 1]);
                }
            }
        }
    }

    private static void fromAnything(BufferedImage image, byte[] samples, byte[] alpha) {
        int width = image.getWidth();
        int[] row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                put(row[x], y * width + x, samples, alpha);
            }
        }
    }

    private static void put(int argb, int pixel, byte[] samples, byte[] alpha) {
        samples[3 * pixel] = (byte) (argb >> 16);
        samples[3 * pixel + 1] = (byte) (argb >> 8);
        samples[3 * pixel + 2] = (byte) argb;
        if (alpha != null) {
            alpha[pixel] = (byte) (argb >>> 24);
        }
    }

    private static boolean isOneColour(byte[] samples) {
        return Arrays.equals(samples, 3, samples.length, samples, 0, samples.length - 3);
    }

    private static void layOnWhite(byte[] samples, byte[] alpha) {
        for (int i = 0; i < samples.length; i++) {
            int opacity = alpha[i / 3] & 0xFF;
            samples[i] = (byte) (((samples[i] & 0xFF) * opacity + WHITE * (255 - opacity)) / 255);
        }
    }
}
