package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** An Image I/O reader over one file, in whose hands everything that goes wrong is a {@link RefusedException}. */
final class ImageDecoder implements AutoCloseable {
    private final String name;
    private final ImageInputStream input;
    private final ImageReader reader;

    /**
     * @param name what errors call the file
     * @param input closed with this
     */
    ImageDecoder(String name, ImageType type, ImageInputStream input) {
        this.name = name;
        this.input = input;
        this.reader = reader(type);
        reader.setInput(input);
    }

    /** TwelveMonkeys' readers know more kinds of TIFF and JPEG than the JDK's, so they go first. */
    private static ImageReader reader(ImageType type) {
        ImageReader first = null;
        for (Iterator<ImageReader> all = ImageIO.getImageReadersByMIMEType(type.mediaType()); all.hasNext(); ) {
            ImageReader next = all.next();
            if (first == null || next.getClass().getName().startsWith("com.twelvemonkeys.")) {
                first = next;
            }
        }
        if (first == null) {
            throw new IllegalStateException(
                    "a reader of " + type.mediaType() + " expected on the class path, none found");
        }
        return first;
    }

    /** Size of one picture, from its header. */
    ImageHeader header(int index) throws RefusedException {
        try {
            return new ImageHeader(reader.getWidth(index), reader.getHeight(index), 0, false);
        } catch (IOException | RuntimeException e) {
            throw undecodable(e);
        }
    }

    /** Decodes one picture; its size was checked before. */
    BufferedImage decode(int index) throws RefusedException {
        try {
            return reader.read(index);
        } catch (IOException | RuntimeException e) {
            throw undecodable(e);
        }
    }

    /** Readers of foreign formats throw whatever their arithmetic meets in a broken file, not only IOException. */
    private RefusedException undecodable(Exception e) {
        return new RefusedException(Refusal.UNDECODABLE, name + ": a picture expected, the decoder found: " + e, e);
    }

    @Override
    public void close() {
        reader.dispose();
        try {
            input.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(name + ": cannot be closed", e);
        }
    }
}
