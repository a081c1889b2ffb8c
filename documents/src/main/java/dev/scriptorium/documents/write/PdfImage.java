package dev.scriptorium.documents.write;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.graphics.image.CCITTFactory;
import org.apache.pdfbox.pdmodel.graphics.image.JPEGFactory;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;

/**
 * A page's image inside a PDF. A gray or three-coloured JPEG keeps its bytes; black and white becomes CCITT group 4, the
 * rest Flate, both without loss. What PDF/A-2 does not take (transparency over nothing, four inks without a profile) is
 * put on white, in sRGB.
 *
 * @param object the image, as stored
 * @param orientation how it is to be turned
 */
record PdfImage(PDImageXObject object, ScanOrientation orientation) {
    /** Far beyond what a worker reads; guards against headers that promise more than memory holds. */
    private static final long MAX_PIXELS = 400_000_000;

    private static final int JPEG_START = 0xFFD8;

    static PdfImage of(PDDocument pdf, ByteBuffer encoded) throws UndecodableScanException {
        byte[] bytes = new byte[encoded.remaining()];
        encoded.duplicate().get(bytes);
        ScanOrientation orientation = ScanOrientation.of(bytes);
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new UndecodableScanException("an image that this build can decode expected, none found", null);
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in);
                return new PdfImage(object(pdf, bytes, reader), orientation);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            throw new UndecodableScanException("an image that can be decoded expected: " + e.getMessage(), e);
        }
    }

    private static PDImageXObject object(PDDocument pdf, byte[] bytes, ImageReader reader) throws IOException {
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MAX_PIXELS) {
            throw new IOException("at most " + MAX_PIXELS + " pixels expected, " + pixels + " found");
        }
        boolean jpeg = bytes.length > 2 && (((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF)) == JPEG_START;
        if (jpeg && components(bytes) != 4) {
            return JPEGFactory.createFromByteArray(pdf, bytes);
        }
        BufferedImage image = reader.read(0);
        if (image.getType() == BufferedImage.TYPE_BYTE_BINARY
                && image.getColorModel().getPixelSize() == 1) {
            return CCITTFactory.createFromImage(pdf, image);
        }
        boolean plain = image.getType() == BufferedImage.TYPE_BYTE_GRAY
                || (!image.getColorModel().hasAlpha()
                        && image.getColorModel().getColorSpace().isCS_sRGB());
        return LosslessFactory.createFromImage(pdf, plain ? image : onWhite(image));
    }

    /** Number of colours in the frame header; the file has been decoded before, so it has one. */
    private static int components(byte[] jpeg) {
        int at = 2;
        while (at + 9 < jpeg.length) {
            int marker = jpeg[at + 1] & 0xFF;
            if ((jpeg[at] & 0xFF) != 0xFF) {
                at++;
            } else if (marker == 0xFF || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
                at += marker == 0xFF ? 1 : 2;
            } else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
                return jpeg[at + 9] & 0xFF;
            } else {
                at += 2 + (((jpeg[at + 2] & 0xFF) << 8) | (jpeg[at + 3] & 0xFF));
            }
        }
        return 4; // none found: decoded anew
    }

    private static BufferedImage onWhite(BufferedImage image) {
        BufferedImage plain = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = plain.createGraphics();
        graphics.drawImage(image, 0, 0, Color.WHITE, null);
        graphics.dispose();
        return plain;
    }

    /** Pixels as a viewer shows it. */
    int width() {
        return orientation.sideways() ? object.getHeight() : object.getWidth();
    }

    int height() {
        return orientation.sideways() ? object.getWidth() : object.getHeight();
    }
}
