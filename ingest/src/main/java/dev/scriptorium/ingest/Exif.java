package dev.scriptorium.ingest;

import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEG;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegment;
import com.twelvemonkeys.imageio.metadata.jpeg.JPEGSegmentUtil;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** What a camera wrote beside its picture: which way it was held. */
final class Exif {
    private static final int UPRIGHT = 1;
    private static final int RIFF_HEADER_BYTES = 12;
    private static final int EXIF_CHUNK = 0x46495845; // "EXIF", little end first
    /** EXIF is a few hundred bytes; this much would be a thumbnail of the whole picture. */
    private static final int MAX_BYTES = 1 << 20;

    private Exif() {}

    /**
     * The orientation, 1 to 8 as EXIF counts; 1 if the file says nothing or nothing sensible: broken EXIF is no reason
     * to refuse a picture.
     */
    static int orientation(ImageType type, Path file) {
        try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
            return switch (type) {
                case JPEG -> ofJpeg(in);
                case WEBP -> ofWebp(in);
                case PNG, TIFF, GIF, BMP, JPEG2000, PDF -> UPRIGHT;
            };
        } catch (IOException | RuntimeException e) {
            return UPRIGHT;
        }
    }

    private static int ofJpeg(ImageInputStream in) throws IOException {
        List<JPEGSegment> segments = JPEGSegmentUtil.readSegments(in, JPEG.APP1, "Exif");
        if (segments.isEmpty()) {
            return UPRIGHT;
        }
        byte[] data = segments.get(0).data().readNBytes(MAX_BYTES);
        return ofTiff(data, 1); // after the name's second zero
    }

    private static int ofWebp(ImageInputStream in) throws IOException {
        in.setByteOrder(ByteOrder.LITTLE_ENDIAN);
        for (long at = RIFF_HEADER_BYTES; ; ) {
            in.seek(at);
            int chunk = in.readInt(); // the end of the file ends the search
            long length = in.readUnsignedInt();
            if (chunk == EXIF_CHUNK) {
                byte[] data = new byte[(int) Math.min(MAX_BYTES, length)];
                in.readFully(data);
                boolean named = data.length > 6 && data[0] == 'E' && data[4] == 0;
                return ofTiff(data, named ? 6 : 0);
            }
            at += 8 + length + (length & 1);
        }
    }

    private static int ofTiff(byte[] data, int from) throws IOException {
        Directory directory = new TIFFReader()
                .read(new MemoryCacheImageInputStream(new ByteArrayInputStream(data, from, data.length - from)));
        Entry entry = directory.getEntryById(TIFF.TAG_ORIENTATION);
        if (entry == null || !(entry.getValue() instanceof Number value)) {
            return UPRIGHT;
        }
        return value.intValue() >= 1 && value.intValue() <= 8 ? value.intValue() : UPRIGHT;
    }
}
