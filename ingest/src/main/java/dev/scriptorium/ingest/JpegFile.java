package dev.scriptorium.ingest;

import java.nio.ByteBuffer;

/**
 * Checks a JPEG file without decoding its pixels: the segments are whole, there is a frame that decoders know, and
 * the scan data goes on to the end marker.
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annex B</a>
 */
final class JpegFile {
    private static final int TEM = 0x01;
    private static final int SOF0 = 0xC0; // baseline; C1 extended, C2 progressive
    private static final int SOF2 = 0xC2;
    private static final int SOF15 = 0xCF;
    private static final int DHT = 0xC4;
    private static final int JPG = 0xC8;
    private static final int DAC = 0xCC;
    private static final int RST0 = 0xD0;
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP0 = 0xE0;

    /** Far more than any program writes; each scan of a progressive file costs a pass over all its pixels. */
    private static final int MAX_SCANS = 500;

    private final String name;
    private final byte[] bytes;
    private final ByteBuffer file;
    private ImageHeader header;
    private int dpi;
    private int at = 2; // after the start marker

    private JpegFile(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
        this.file = ByteBuffer.wrap(bytes);
    }

    /**
     * Reads the frame header and walks to the end marker.
     *
     * @param name what errors call the file
     * @throws RefusedException if the file is cut, contradicts the format, or is of a process nobody scans with
     */
    static ImageHeader check(String name, byte[] bytes) throws RefusedException {
        return new JpegFile(name, bytes).check();
    }

    private ImageHeader check() throws RefusedException {
        int scans = 0;
        while (true) {
            int marker = nextMarker();
            if (marker == EOI) {
                if (header == null || scans == 0) {
                    throw new RefusedException(
                            Refusal.UNDECODABLE,
                            name + ": a frame and a scan expected before the end marker, none found");
                }
                return new ImageHeader(header.width(), header.height(), dpi, header.plain());
            }
            if (marker == TEM || (marker >= RST0 && marker <= SOI)) {
                continue; // stands alone
            }
            int start = at;
            int length = segment();
            if (isFrame(marker)) {
                header = frame(marker, start, length);
            } else if (marker == APP0 && length >= 14 && file.getInt(start + 2) == 0x4A464946) { // "JFIF"
                dpi = density(bytes[start + 9], file.getShort(start + 10) & 0xFFFF);
            } else if (marker == SOS) {
                if (header == null) {
                    throw new RefusedException(
                            Refusal.UNDECODABLE, name + ": a frame header expected before the scan at byte " + start);
                }
                if (++scans > MAX_SCANS) {
                    throw new RefusedException(
                            Refusal.OVERSIZE, name + ": at most " + MAX_SCANS + " scans expected, more found");
                }
                skipScan();
            }
        }
    }

    /** The code after the next 0xFF. Stray bytes before it are passed over, as decoders do. */
    private int nextMarker() throws RefusedException {
        while (at < bytes.length && bytes[at] != (byte) 0xFF) {
            at++;
        }
        while (at < bytes.length && bytes[at] == (byte) 0xFF) {
            at++;
        }
        if (at >= bytes.length) {
            throw truncated();
        }
        return bytes[at++] & 0xFF;
    }

    /** Moves behind the segment that starts here and returns its length. */
    private int segment() throws RefusedException {
        if (bytes.length - at < 2) {
            throw truncated();
        }
        int length = file.getShort(at) & 0xFFFF;
        if (length < 2) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    name + ": segment at byte " + at + ": length of at least 2 expected, " + length + " found");
        }
        if (length > bytes.length - at) {
            throw truncated();
        }
        at += length;
        return length;
    }

    /** Entropy-coded bytes: 0xFF 0x00 is a stuffed 0xFF, RST0 to RST7 are part of the scan, others end it. */
    private void skipScan() throws RefusedException {
        for (; at + 1 < bytes.length; at++) {
            int next = bytes[at + 1] & 0xFF;
            if (bytes[at] == (byte) 0xFF && next != 0 && next != 0xFF && (next < RST0 || next >= SOI)) {
                return;
            }
        }
        throw truncated();
    }

    private static boolean isFrame(int marker) {
        return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
    }

    private ImageHeader frame(int marker, int start, int length) throws RefusedException {
        if (length < 8) {
            throw new RefusedException(
                    Refusal.UNDECODABLE, name + ": a frame header of at least 8 bytes expected, " + length + " found");
        }
        int bits = bytes[start + 2];
        if (marker > SOF2 || bits != 8) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED,
                    String.format(
                            "%s: a baseline or progressive JPEG of 8 bits expected, process %d of %d bits found",
                            name, marker - SOF0, bits));
        }
        int height = file.getShort(start + 3) & 0xFFFF;
        int width = file.getShort(start + 5) & 0xFFFF;
        int components = bytes[start + 7];
        if (width < 1 || height < 1) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    name + ": at least 1 x 1 pixels expected, " + width + " x " + height + " found");
        }
        // Four inks (CMYK, YCCK) are beyond most decoders.
        return new ImageHeader(width, height, 0, components == 1 || components == 3);
    }

    private static int density(byte unit, int value) {
        return switch (unit) {
            case 1 -> value;
            case 2 -> ImageHeader.dpiOfMetre(value * 100L);
            default -> 0;
        };
    }

    private RefusedException truncated() {
        return new RefusedException(
                Refusal.TRUNCATED, name + ": an end marker expected, end of file at byte " + bytes.length);
    }
}
