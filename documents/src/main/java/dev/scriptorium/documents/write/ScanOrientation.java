package dev.scriptorium.documents.write;

import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEG;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegment;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegmentUtil;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageInputStream;

/**
 * How an image is to be turned before it is shown, as its EXIF says. PDF does not look there, so the page has to.
 *
 * @param tag 1 to 8: 1 upright, 3 upside down, 6 to be turned clockwise, 8 the other way, the others mirrored
 * @see <a href="https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf">EXIF 2.3, 4.6.4 A, tag 274</a>
 */
record ScanOrientation(int tag) {
    private static final ScanOrientation UPRIGHT = new ScanOrientation(1);
    private static final long PNG = 0x89504E470D0A1A0AL;
    private static final int PNG_EXIF = 0x65584966;

    /** What an encoded image says; upright if it says nothing sensible. */
    static ScanOrientation of(byte[] encoded) {
        try {
            if (encoded.length > 2 && encoded[0] == (byte) 0xFF && encoded[1] == (byte) 0xD8) {
                return ofJpeg(encoded);
            }
            ByteBuffer bytes = ByteBuffer.wrap(encoded);
            return encoded.length > 8 && bytes.getLong(0) == PNG ? ofPng(bytes) : UPRIGHT;
        } catch (IOException | RuntimeException e) {
            return UPRIGHT; // broken EXIF is no reason not to show a picture
        }
    }

    private static ScanOrientation ofJpeg(byte[] encoded) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(encoded))) {
            List<JPEGSegment> exif = JPEGSegmentUtil.readSegments(in, JPEG.APP1, "Exif");
            if (exif.isEmpty()) {
                return UPRIGHT;
            }
            InputStream data = exif.get(0).data();
            data.skipNBytes(1); // padding behind the name
            return ofTiff(data.readAllBytes());
        }
    }

    private static ScanOrientation ofPng(ByteBuffer png) throws IOException {
        for (int at = 8; at + 12 <= png.capacity(); at += 12 + png.getInt(at)) {
            if (png.getInt(at) < 0) {
                return UPRIGHT;
            }
            if (png.getInt(at + 4) == PNG_EXIF) {
                byte[] tiff = new byte[png.getInt(at)];
                png.get(at + 8, tiff);
                return ofTiff(tiff);
            }
        }
        return UPRIGHT;
    }

    private static ScanOrientation ofTiff(byte[] tiff) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(tiff))) {
            Directory directory = new TIFFReader().read(in);
            Entry entry = directory.getEntryById(TIFF.TAG_ORIENTATION);
            int tag = entry != null && entry.getValue() instanceof Number number ? number.intValue() : 1;
            return tag >= 1 && tag <= 8 ? new ScanOrientation(tag) : UPRIGHT;
        }
    }

    /** True if width and height change places. */
    boolean sideways() {
        return tag >= 5;
    }

    /**
     * Places the image's unit square on a page of this size, turned.
     *
     * @return the six numbers of PDF's {@code cm}
     */
    double[] matrix(double width, double height) {
        return switch (tag) {
            case 2 -> new double[] {-width, 0, 0, height, width, 0};
            case 3 -> new double[] {-width, 0, 0, -height, width, height};
            case 4 -> new double[] {width, 0, 0, -height, 0, height};
            case 5 -> new double[] {0, -height, -width, 0, width, height};
            case 6 -> new double[] {0, -height, width, 0, 0, height};
            case 7 -> new double[] {0, height, width, 0, 0, 0};
            case 8 -> new double[] {0, height, -width, 0, width, 0};
            default -> new double[] {width, 0, 0, height, 0, 0};
        };
    }
}
