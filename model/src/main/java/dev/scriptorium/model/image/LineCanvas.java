package dev.scriptorium.model.image;

import dev.scriptorium.model.config.ModelConfig;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A text line as a line model sees it: scaled to the canvas's height, its aspect kept (a line too long
 * for the canvas is squeezed), and padded on the right with the same gray that pads pages.
 *
 * <p>The padded width is a multiple of the window, so that a line's own pixels alone decide it and
 * lines can share a batch without seeing each other's padding.
 *
 * @param pixels gray, row-major, {@code paddedWidth} a row
 * @param width pixels of a row that are the line
 * @param paddedWidth pixels of a row
 * @param height rows
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never shared: a batch copies it and drops it
public record LineCanvas(byte[] pixels, int width, int paddedWidth, int height) {
    private static final byte PADDING = 127;

    /** Fits a line to the canvas of a line model. */
    public static LineCanvas fit(GrayImage line, ModelConfig config) {
        int height = config.canvasHeight().orElseThrow();
        int maxWidth = config.canvasWidth().orElseThrow();
        int width = (int) Math.round((double) line.width() * height / line.height());
        width = Math.max(1, Math.min(width, maxWidth));
        byte[] scaled = Resampler.BICUBIC.resize(line.pixels(), line.width(), line.height(), 1, width, height);
        int step = config.sam().patch() * config.sam().windowWidth();
        int padded = Math.min((width + step - 1) / step * step, maxWidth);
        return new LineCanvas(scaled, width, width, height).paddedTo(padded);
    }

    /**
     * The same line on a wider canvas.
     *
     * @throws IllegalArgumentException if it is narrower than the line
     */
    public LineCanvas paddedTo(int newWidth) {
        if (newWidth < width) {
            throw new IllegalArgumentException("canvas: width >= " + width + " expected, " + newWidth + " found");
        }
        if (newWidth == paddedWidth) {
            return this;
        }
        byte[] wide = new byte[newWidth * height];
        Arrays.fill(wide, PADDING);
        for (int y = 0; y < height; y++) {
            System.arraycopy(pixels, y * paddedWidth, wide, y * newWidth, width);
        }
        return new LineCanvas(wide, width, newWidth, height);
    }

    /** Writes three equal channels (3, height, paddedWidth) in -1..1. */
    public void normalize(FloatBuffer to) {
        for (int channel = 0; channel < 3; channel++) {
            for (byte pixel : pixels) {
                to.put(((pixel & 255) / 255f - 0.5f) / 0.5f);
            }
        }
    }
}
