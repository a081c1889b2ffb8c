package dev.scriptorium.model.image;

import boofcv.alg.filter.binary.GThresholdImageOps;
import boofcv.alg.filter.blur.BlurImageOps;
import boofcv.alg.filter.misc.AverageDownSampleOps;
import boofcv.struct.ConfigLength;
import boofcv.struct.image.GrayU8;
import java.util.List;

/**
 * Where the ink is on a page: the connected components of a local threshold, at a size at which
 * letters are still whole but a page is quick to walk over.
 *
 * @param blobs connected components, in pixels of the reduced page; without rules and scanner edges
 * @param reduction pixels of the page a pixel of the reduced one
 * @param width of the reduced page
 * @param height of the reduced page
 * @param inverted whether the page is light on dark
 */
record InkMap(List<Blob> blobs, int reduction, int width, int height, boolean inverted) {
    /** Above this many pixels a page is reduced: one of A4 at 200 dpi is not, so that its small print stays legible. */
    private static final int MOST_PIXELS = 4_000_000;
    /** Show-through and noise of paper stay below this many gray levels; the faintest print does not. */
    private static final int LEAST_CONTRAST = 36;

    private static final int WINDOW_RADIUS = 20;
    private static final float SAUVOLA_K = 0.2f;
    /** Side of the squares in which pieces of ink are counted. */
    private static final int CELL = 64;
    /**
     * Letters of 7 pixels, the smallest that can be read, stand 2.2 times 49 pixels apart, and with points and accents
     * one piece of ink takes 90 pixels. Noise and the dots of printed pictures are measured at 17 to 60.
     */
    private static final int MOST_PIECES = CELL * CELL / 60;

    static InkMap of(GrayImage page) {
        GrayU8 full = new GrayU8();
        full.data = page.pixels();
        full.width = page.width();
        full.height = page.height();
        full.stride = page.width();
        int reduction = reduction(page);
        GrayU8 gray = reduction == 1 ? full.clone() : reduced(full, reduction);
        boolean inverted = mostlyDark(gray);
        if (inverted) {
            for (int i = 0; i < gray.data.length; i++) {
                gray.data[i] = (byte) ~gray.data[i];
            }
        }
        GrayU8 ink = threshold(gray);
        Rules.erase(ink);
        List<Blob> blobs = withoutTexture(Components.of(ink).all(), gray.width, gray.height);
        return new InkMap(blobs, reduction, gray.width, gray.height, inverted);
    }

    /** Whether anything here is as high as the lowest letter that can be read. */
    boolean legible() {
        return blobs.stream().anyMatch(blob -> blob.height() >= BlankGate.LEGIBLE);
    }

    private static int reduction(GrayImage page) {
        int reduction = 1;
        while ((long) page.width() * page.height() / ((long) reduction * reduction) > MOST_PIXELS) {
            reduction++;
        }
        return reduction;
    }

    private static GrayU8 reduced(GrayU8 full, int reduction) {
        GrayU8 reduced = new GrayU8(
                AverageDownSampleOps.downSampleSize(full.width, reduction),
                AverageDownSampleOps.downSampleSize(full.height, reduction));
        AverageDownSampleOps.down(full, reduction, reduced);
        return reduced;
    }

    /** Paper is what most of a page is. */
    private static boolean mostlyDark(GrayU8 gray) {
        long sum = 0;
        int dark = 0;
        for (byte value : gray.data) {
            sum += value & 255;
            dark += (value & 255) < 112 ? 1 : 0;
        }
        return dark > 0.6 * gray.data.length && sum < 112L * gray.data.length;
    }

    private static GrayU8 threshold(GrayU8 gray) {
        int radius = Math.max(1, Math.min(WINDOW_RADIUS, (Math.min(gray.width, gray.height) - 1) / 2));
        GrayU8 ink = GThresholdImageOps.localSauvola(gray, null, ConfigLength.fixed(2 * radius + 1), SAUVOLA_K, true);
        GrayU8 mean = BlurImageOps.mean(gray, null, radius, null, null);
        for (int i = 0; i < ink.data.length; i++) {
            int value = gray.data[i] & 255;
            // Inside wide strokes and dark areas the mean is dark itself.
            boolean contrast = (mean.data[i] & 255) - value >= LEAST_CONTRAST || value < 90;
            ink.data[i] = contrast ? ink.data[i] : 0;
        }
        return ink;
    }

    /** Without those that lie where ink comes in more pieces than letters do. */
    private static List<Blob> withoutTexture(List<Blob> blobs, int width, int height) {
        int columns = width / CELL + 1;
        int[] pieces = new int[columns * (height / CELL + 1)];
        for (Blob blob : blobs) {
            pieces[cell(blob, columns)]++;
        }
        return blobs.stream()
                .filter(blob -> pieces[cell(blob, columns)] <= MOST_PIECES)
                .toList();
    }

    private static int cell(Blob blob, int columns) {
        return (int) blob.centerY() / CELL * columns + (int) blob.centerX() / CELL;
    }
}
