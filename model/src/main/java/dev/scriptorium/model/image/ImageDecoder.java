package dev.scriptorium.model.image;

import java.awt.image.BufferedImage;
import java.awt.image.SampleModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;

/**
 * Encoded bytes to pixels: PNG, JPEG (CMYK and progressive too), TIFF, GIF, BMP and WebP, told apart by
 * their content. The first page or frame counts. EXIF orientation is obeyed.
 *
 * <p>Made for foreign bytes: the size is read from the header and checked before anything large is
 * allocated, nothing is fetched, and whatever is wrong with the image comes out as an {@link
 * UnreadableImageException}. Safe for use by many threads.
 */
public final class ImageDecoder {
    /** 100 million pixels: an A3 page at 600 dpi has 70 million. */
    public static final long DEFAULT_MAX_PIXELS = 100_000_000;

    private static final String FORMATS = "PNG, JPEG, TIFF, GIF, BMP or WebP";

    private final long maxPixels;
    private final long maxBytes;

    /**
     * A decoder for images of up to {@code maxPixels} pixels that, decoded, fill at most half of this
     * JVM's heap.
     */
    public ImageDecoder(long maxPixels) {
        this(maxPixels, Runtime.getRuntime().maxMemory() / 2);
    }

    ImageDecoder(long maxPixels, long maxBytes) {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("max-pixels: at least 1 expected, " + maxPixels + " found");
        }
        this.maxPixels = maxPixels;
        this.maxBytes = maxBytes;
    }

    /**
     * Decodes an image.
     *
     * @param place what messages call the image, such as {@code page 4f1c/7}
     * @param encoded position to limit; neither changed nor kept
     * @throws UndecodableImageException if the bytes are no image, a broken one, or of an unknown format
     * @throws OversizeImageException if it has more pixels than allowed or would not fit into memory
     */
    public RgbImage decode(String place, ByteBuffer encoded) throws UnreadableImageException {
        if (!encoded.hasRemaining()) {
            throw new UndecodableImageException(place + ": an image expected, 0 bytes found", null);
        }
        try (ByteBufferImageInputStream stream = new ByteBufferImageInputStream(encoded)) {
            ImageReader reader = reader(place, encoded, stream);
            try {
                reader.setInput(stream, true, true);
                return Orientation.of(encoded).upright(Pixels.toRgb(read(place, reader)));
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // Readers meet broken bytes with all sorts of unchecked exceptions, and nested structures with
            // recursion. None of it says anything about this program's state.
            throw new UndecodableImageException(place + ": a whole image expected, " + reason(e), e);
        } catch (OutOfMemoryError e) {
            // One allocation too large for the heap, asked for by a length inside the file: nothing else is harmed.
            throw new OversizeImageException(place + ": an image that fits into memory expected, " + e.getMessage(), e);
        }
    }

    private static ImageReader reader(String place, ByteBuffer encoded, ByteBufferImageInputStream stream)
            throws UndecodableImageException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        if (!readers.hasNext()) {
            throw new UndecodableImageException(
                    place + ": " + FORMATS + " expected, " + kind(encoded) + " found", null);
        }
        return readers.next();
    }

    private BufferedImage read(String place, ImageReader reader) throws IOException, UnreadableImageException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        long pixels = (long) width * height;
        if (width < 1 || height < 1) {
            throw new IIOException("a size of " + width + " x " + height + " found");
        }
        if (pixels > maxPixels) {
            throw new OversizeImageException(
                    place + ": at most " + maxPixels + " pixels expected, " + width + " x " + height + " = " + pixels
                            + " found",
                    null);
        }
        long bytes = Math.multiplyExact(pixels, bytesPerPixel(reader) + 3);
        if (bytes > maxBytes) {
            throw new OversizeImageException(
                    place + ": at most " + maxBytes + " bytes to decode into expected (half the heap), " + width + " x "
                            + height + " need " + bytes,
                    null);
        }
        return reader.read(0);
    }

    /** What a pixel takes while it is decoded; a guess of 4 where the format does not say beforehand. */
    private static long bytesPerPixel(ImageReader reader) throws IOException {
        ImageTypeSpecifier type = reader.getRawImageType(0);
        if (type == null) {
            return 4;
        }
        SampleModel samples = type.getSampleModel();
        long bits = 0;
        for (int size : samples.getSampleSize()) {
            bits += size;
        }
        return (bits + 7) / 8;
    }

    private static String reason(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() + " while decoding" : message.strip();
    }

    /** Names what people often send by mistake. */
    private static String kind(ByteBuffer encoded) {
        byte[] head = new byte[Math.min(64, encoded.remaining())];
        encoded.slice().get(head);
        String text = new String(head, StandardCharsets.ISO_8859_1).strip().toLowerCase(Locale.ROOT);
        if (text.startsWith("%pdf")) {
            return "PDF";
        }
        if (text.startsWith("<svg") || text.startsWith("<?xml")) {
            return "XML or SVG";
        }
        if (text.startsWith("<!doctype") || text.startsWith("<html")) {
            return "HTML";
        }
        if (text.contains("ftyp")) {
            return "HEIC, AVIF or a video";
        }
        if (text.contains("jp  ") || text.startsWith("\u00FFo\u00FFq")) {
            return "JPEG 2000";
        }
        return "bytes that begin with " + HexFormat.of().formatHex(head, 0, Math.min(8, head.length));
    }
}
