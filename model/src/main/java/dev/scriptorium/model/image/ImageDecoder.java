package dev.scriptorium.model.image;

import java.awt.image.BufferedImage;
import java.awt.image.SampleModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
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
 * UnreadableImageException}, also that a reader does not come to its end. Safe for use by many threads.
 */
public final class ImageDecoder {
    /** 100 million pixels: an A3 page at 600 dpi has 70 million. */
    public static final long DEFAULT_MAX_PIXELS = 100_000_000;

    /** Processor time for one image; those of {@link #DEFAULT_MAX_PIXELS} take a few seconds. */
    static final Duration DEFAULT_TIME = Duration.ofSeconds(10);

    private static final String FORMATS = "PNG, JPEG, TIFF, GIF, BMP or WebP";

    private final long maxPixels;
    private final long maxBytes;
    private final Duration time;
    private final TimeLimit limit;

    /**
     * A decoder for images of up to {@code maxPixels} pixels that, decoded, fill at most half of this
     * JVM's heap and take at most ten seconds of processor time.
     */
    public ImageDecoder(long maxPixels) {
        this(maxPixels, Runtime.getRuntime().maxMemory() / 2, DEFAULT_TIME);
    }

    ImageDecoder(long maxPixels, long maxBytes, Duration time) {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("max-pixels: at least 1 expected, " + maxPixels + " found");
        }
        this.maxPixels = maxPixels;
        this.maxBytes = maxBytes;
        this.time = time;
        limit = new TimeLimit(time);
    }

    /**
     * Decodes an image, on a thread of its own.
     *
     * @param place what messages call the image, such as {@code page 4f1c/7}
     * @param encoded position to limit; not changed, and not kept but by a reader that is left behind
     * @throws UndecodableImageException if the bytes are no image, a broken one, or of an unknown format
     * @throws OversizeImageException if it has more pixels than allowed or would not fit into memory
     * @throws SlowImageException if that takes too long
     */
    public RgbImage decode(String place, ByteBuffer encoded) throws UnreadableImageException {
        if (!encoded.hasRemaining()) {
            throw new UndecodableImageException(place + ": an image expected, 0 bytes found", null);
        }
        return look(
                place, encoded, reader -> Orientation.of(encoded.slice()).upright(Pixels.toRgb(read(place, reader))));
    }

    /**
     * How much memory decoding an image will fill for a moment, as its header says.
     *
     * @param encoded position to limit; not changed
     * @return bytes; 0 where the header does not say it, or is none: {@link #decode} says why
     */
    public long bytesToDecode(ByteBuffer encoded) {
        try {
            return look(
                    "header",
                    encoded,
                    reader -> Math.multiplyExact(
                            (long) reader.getWidth(0) * reader.getHeight(0), bytesPerPixel(reader) + 3));
        } catch (UnreadableImageException e) {
            return 0;
        }
    }

    /** What somebody wants to know of an image. */
    @FunctionalInterface
    private interface Look<T> {
        T at(ImageReader reader) throws IOException, UnreadableImageException;
    }

    private <T> T look(String place, ByteBuffer encoded, Look<T> look) throws UnreadableImageException {
        Decoding<T> decoding = new Decoding<>(place, encoded, look);
        try {
            return limit.call("image-decoder", decoding).orElseThrow(() -> {
                decoding.stop();
                return new SlowImageException(place + ": an image decoded within " + time.toMillis()
                        + " ms of processor time expected, it takes longer");
            });
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnreadableImageException unreadable) {
                throw unreadable;
            }
            throw new IllegalStateException(place + ": an image or what is wrong with it expected", e.getCause());
        }
    }

    /** One image being decoded. */
    private static final class Decoding<T> implements Callable<T> {
        private final String place;
        private final ByteBuffer encoded;
        private final Look<T> look;
        private final ByteBufferImageInputStream stream;
        private volatile ImageReader reader;

        Decoding(String place, ByteBuffer encoded, Look<T> look) {
            this.place = place;
            this.look = look;
            this.encoded = encoded.slice();
            stream = new ByteBufferImageInputStream(encoded);
        }

        @Override
        public T call() throws UnreadableImageException {
            try (stream) {
                reader = reader(place, encoded, stream);
                try {
                    reader.setInput(stream, true, true);
                    return look.at(reader);
                } finally {
                    reader.dispose();
                }
            } catch (IOException | RuntimeException | StackOverflowError e) {
                // Readers meet broken bytes with all sorts of unchecked exceptions, and nested structures with
                // recursion. None of it says anything about this program's state.
                throw new UndecodableImageException(place + ": a whole image expected, " + reason(e), e);
            } catch (OutOfMemoryError e) {
                // One allocation too large for the heap, asked for by a length inside the file: nothing else is harmed.
                throw new OversizeImageException(
                        place + ": an image that fits into memory expected, " + e.getMessage(), e);
            }
        }

        /** Ends a reader that takes too long, at the next byte it asks for or the next row it has done. */
        void stop() {
            stream.stop();
            ImageReader late = reader;
            if (late != null) {
                late.abort();
            }
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
