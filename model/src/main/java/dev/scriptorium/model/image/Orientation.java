package dev.scriptorium.model.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How a picture is to be turned before it is shown, by EXIF's numbers: each constant names where row
 * 0 and column 0 of the stored picture belong.
 *
 * @see <a href="https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf">EXIF 2.3, 4.6.4 A, tag 274</a>
 */
enum Orientation {
    TOP_LEFT(false, false, false),
    TOP_RIGHT(false, true, false),
    BOTTOM_RIGHT(false, true, true),
    BOTTOM_LEFT(false, false, true),
    LEFT_TOP(true, false, false),
    RIGHT_TOP(true, true, false),
    RIGHT_BOTTOM(true, true, true),
    LEFT_BOTTOM(true, false, true);

    private static final int TAG = 0x0112;
    private static final int SHORT = 3;

    private final boolean transposed;
    private final boolean mirrored;
    private final boolean flipped;

    Orientation(boolean transposed, boolean mirrored, boolean flipped) {
        this.transposed = transposed;
        this.mirrored = mirrored;
        this.flipped = flipped;
    }

    /** The picture as it is to be shown; the same picture if nothing is to be done. */
    RgbImage upright(RgbImage stored) {
        if (this == TOP_LEFT) {
            return stored;
        }
        int width = transposed ? stored.height() : stored.width();
        int height = transposed ? stored.width() : stored.height();
        byte[] from = stored.samples();
        byte[] to = new byte[from.length];
        int at = 0;
        for (int y = 0; y < height; y++) {
            int shownY = flipped ? height - 1 - y : y;
            for (int x = 0; x < width; x++) {
                int shownX = mirrored ? width - 1 - x : x;
                int source = 3 * (transposed ? shownX * stored.width() + shownY : shownY * stored.width() + shownX);
                to[at++] = from[source];
                to[at++] = from[source + 1];
                to[at++] = from[source + 2];
            }
        }
        return new RgbImage(width, height, to);
    }

    /**
     * What an encoded image says: EXIF of JPEG, PNG and WebP, and TIFF's own tag. {@link #TOP_LEFT} if
     * it says nothing or nothing sensible: broken EXIF is no reason to refuse a picture.
     */
    static Orientation of(ByteBuffer encoded) {
        try {
            ByteBuffer bytes = encoded.slice();
            if (startsWith(bytes, 0, "II*\0") || startsWith(bytes, 0, "MM\0*")) {
                return ofTiff(bytes);
            }
            if (startsWith(bytes, 0, "\u00FF\u00D8")) {
                return ofJpeg(bytes);
            }
            if (startsWith(bytes, 0, "\u0089PNG")) {
                return ofChunks(bytes, 8, ByteOrder.BIG_ENDIAN);
            }
            if (startsWith(bytes, 0, "RIFF") && startsWith(bytes, 8, "WEBP")) {
                return ofChunks(bytes, 12, ByteOrder.LITTLE_ENDIAN);
            }
            return TOP_LEFT;
        } catch (IndexOutOfBoundsException e) {
            return TOP_LEFT;
        }
    }

    private static Orientation ofJpeg(ByteBuffer bytes) {
        int at = 2;
        while ((bytes.get(at) & 0xFF) == 0xFF) {
            int marker = bytes.get(at + 1) & 0xFF;
            if (marker == 0xFF) {
                at++;
                continue;
            }
            boolean startOfScan = marker == 0xDA;
            if (startOfScan) {
                return TOP_LEFT;
            }
            int length = bytes.getShort(at + 2) & 0xFFFF;
            if (marker == 0xE1 && startsWith(bytes, at + 4, "Exif\0\0")) {
                return ofTiff(bytes.slice(at + 10, length - 8));
            }
            at += 2 + length;
        }
        return TOP_LEFT;
    }

    /** PNG keeps EXIF in a chunk {@code eXIf}, WebP in {@code EXIF}; PNG puts the length before the name. */
    private static Orientation ofChunks(ByteBuffer bytes, int first, ByteOrder order) {
        boolean png = order == ByteOrder.BIG_ENDIAN;
        bytes.order(order);
        int at = first;
        while (at + 8 <= bytes.limit()) {
            int length = bytes.getInt(png ? at : at + 4);
            if (length < 0) {
                return TOP_LEFT;
            }
            if (startsWith(bytes, png ? at + 4 : at, png ? "eXIf" : "EXIF")) {
                int start = startsWith(bytes, at + 8, "Exif\0\0") ? at + 14 : at + 8;
                return ofTiff(bytes.slice(start, at + 8 + length - start));
            }
            at = Math.addExact(at + 8, png ? length + 4 : length + (length & 1));
        }
        return TOP_LEFT;
    }

    private static Orientation ofTiff(ByteBuffer tiff) {
        tiff.order(startsWith(tiff, 0, "II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + 12 * i;
            if ((tiff.getShort(entry) & 0xFFFF) == TAG && tiff.getShort(entry + 2) == SHORT) {
                int value = tiff.getShort(entry + 8);
                return value >= 1 && value <= values().length ? values()[value - 1] : TOP_LEFT;
            }
        }
        return TOP_LEFT;
    }

    private static boolean startsWith(ByteBuffer bytes, int at, String magic) {
        byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
        if (at + expected.length > bytes.limit()) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes.get(at + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
