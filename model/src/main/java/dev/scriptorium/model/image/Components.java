package dev.scriptorium.model.image;

import boofcv.alg.filter.binary.LinearContourLabelChang2004;
import boofcv.struct.ConnectRule;
import boofcv.struct.image.GrayS32;
import boofcv.struct.image.GrayU8;
import java.util.ArrayList;
import java.util.List;

/** The connected components of a page's ink: what touches, also at corners, is one. */
final class Components {
    private final int[] labels;
    private final Blob[] blobs;

    private Components(int[] labels, Blob[] blobs) {
        this.labels = labels;
        this.blobs = blobs;
    }

    /** Components of what is not 0. */
    static Components of(GrayU8 ink) {
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
        Blob[] blobs = new Blob[count + 1];
        for (int label = 1; label <= count; label++) {
            if (area[label] > 0) {
                blobs[label] = new Blob(x0[label], y0[label], x1[label], y1[label], area[label]);
            }
        }
        return new Components(labels.data, blobs);
    }

    /** The component that a pixel, counted row by row, belongs to; null where there is no ink. */
    Blob at(int pixel) {
        return blobs[labels[pixel]];
    }

    /** All, from top to bottom. */
    List<Blob> all() {
        List<Blob> all = new ArrayList<>(blobs.length);
        for (Blob blob : blobs) {
            if (blob != null) {
                all.add(blob);
            }
        }
        return all;
    }
}
