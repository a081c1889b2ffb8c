package dev.scriptorium.model.image;

import boofcv.alg.filter.binary.GThresholdImageOps;
import boofcv.alg.filter.binary.LinearContourLabelChang2004;
import boofcv.alg.filter.blur.BlurImageOps;
import boofcv.alg.filter.misc.AverageDownSampleOps;
import boofcv.struct.ConfigLength;
import boofcv.struct.ConnectRule;
import boofcv.struct.image.GrayS32;
import boofcv.struct.image.GrayU8;
import java.util.ArrayList;
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
    /** Above this many pixels a page is reduced. */
    private static final int MOST_PIXELS = 2_600_000;
    /** Show-through and noise of paper stay below this many gray levels; the faintest print does not. */
    private static final int LEAST_CONTRAST = 36;

    private static final int WINDOW_RADIUS = 20;
    private static final float SAUVOLA_K = 0.2f;
    /** A straight run of ink longer than this part of the page is a rule or an edge, not a letter. */
    private static final double RULE_PART = 0.1;

    private static final int SHORTEST_RULE = 100;

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
        eraseRules(ink);
        return new InkMap(components(ink), reduction, gray.width, gray.height, inverted);
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

    private static void eraseRules(GrayU8 ink) {
        eraseRuns(ink.data, ink.height, ink.width, ink.width, 1);
        eraseRuns(ink.data, ink.width, ink.height, 1, ink.width);
    }

    /** Erases long straight runs along one direction. */
    private static void eraseRuns(byte[] ink, int lines, int length, int lineStep, int step) {
        int longest = (int) Math.max(SHORTEST_RULE, length * RULE_PART);
        for (int line = 0; line < lines; line++) {
            int start = line * lineStep;
            int run = 0;
            for (int i = 0; i <= length; i++) {
                if (i < length && ink[start + i * step] != 0) {
                    run++;
                } else {
                    if (run > longest) {
                        for (int k = i - run; k < i; k++) {
                            ink[start + k * step] = 0;
                        }
                    }
                    run = 0;
                }
            }
        }
    }

    private static List<Blob> components(GrayU8 ink) {
        LinearContourLabelChang2004 finder = new LinearContourLabelChang2004(ConnectRule.EIGHT);
        finder.setSaveInternalContours(false);
        GrayS32 labels = new GrayS32(ink.width, ink.height);
        finder.process(ink, labels);
        int count = finder.getContours().size();
        int[] x0 = new int[count + 1];
        int[] y0 = new int[count + 1];
        int[] x1 = new int[count + 1];
        int[] y1 = new int[count + 1];
        int[] area = new int[count + 1];
        for (int y = 0; y < ink.height; y++) {
            for (int x = 0; x < ink.width; x++) {
                int label = labels.data[y * ink.width + x];
                if (label == 0) {
                    continue;
                }
                if (area[label]++ == 0) {
                    x0[label] = x;
                    y0[label] = y;
                }
                x0[label] = Math.min(x0[label], x);
                x1[label] = Math.max(x1[label], x + 1);
                y1[label] = y + 1;
            }
        }
        List<Blob> blobs = new ArrayList<>(count);
        for (int label = 1; label <= count; label++) {
            if (area[label] > 0) {
                blobs.add(new Blob(x0[label], y0[label], x1[label], y1[label], area[label]));
            }
        }
        return blobs;
    }
}
