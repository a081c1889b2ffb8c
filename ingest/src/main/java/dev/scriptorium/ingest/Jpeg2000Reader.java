package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;

/**
 * JPEG 2000 for Image I/O, and so for the pictures inside a PDF: Leptonica with OpenJPEG does the work. That is native
 * code, so it is registered in the rendering process alone, by hand.
 */
final class Jpeg2000Reader extends ImageReader {
    private static final int GRAY_BITS = 8;
    private static final int COLOUR_BITS = 32;

    private byte[] bytes;
    private int width;
    private int height;
    private int samples;

    private Jpeg2000Reader(Provider provider) {
        super(provider);
    }

    /** Tells Image I/O of the reader. */
    static final class Provider extends ImageReaderSpi {
        Provider() {
            super(
                    "Scriptorium",
                    "1",
                    new String[] {"JPEG2000", "jpeg2000", "JPEG 2000", "jpeg 2000"},
                    new String[] {"jp2", "j2k", "jpx"},
                    new String[] {"image/jp2", "image/jpx"},
                    Jpeg2000Reader.class.getName(),
                    new Class<?>[] {ImageInputStream.class},
                    null,
                    false,
                    null,
                    null,
                    null,
                    null,
                    false,
                    null,
                    null,
                    null,
                    null);
        }

        @Override
        public boolean canDecodeInput(Object source) throws IOException {
            if (!(source instanceof ImageInputStream stream)) {
                return false;
            }
            byte[] prefix = new byte[12];
            stream.mark();
            int read = stream.read(prefix);
            stream.reset();
            return read == prefix.length
                    && ImageType.of(prefix).filter(ImageType.JPEG2000::equals).isPresent();
        }

        @Override
        public ImageReader createReaderInstance(Object extension) {
            return new Jpeg2000Reader(this);
        }

        @Override
        public String getDescription(Locale locale) {
            return "JPEG 2000";
        }
    }

    @Override
    public void setInput(Object input, boolean forwardOnly, boolean ignoreMetadata) {
        super.setInput(input, forwardOnly, ignoreMetadata);
        bytes = null;
    }

    private void readHeader() throws IOException {
        if (bytes != null) {
            return;
        }
        ImageInputStream stream = (ImageInputStream) input;
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
            all.write(buffer, 0, n);
        }
        bytes = all.toByteArray();
        int[] w = new int[1];
        int[] h = new int[1];
        int[] bits = new int[1];
        int[] channels = new int[1];
        if (leptonica.readHeaderMemJp2k(bytes, bytes.length, w, h, bits, channels, null) != 0) {
            throw new IIOException("a JPEG 2000 header expected, none found");
        }
        width = w[0];
        height = h[0];
        samples = channels[0];
        if (width < 1 || height < 1) {
            throw new IIOException("at least 1 x 1 pixels expected, " + width + " x " + height + " found");
        }
    }

    @Override
    public int getNumImages(boolean allowSearch) {
        return 1;
    }

    @Override
    public int getWidth(int index) throws IOException {
        readHeader();
        return width;
    }

    @Override
    public int getHeight(int index) throws IOException {
        readHeader();
        return height;
    }

    @Override
    public Iterator<ImageTypeSpecifier> getImageTypes(int index) throws IOException {
        readHeader();
        int type = samples >= 3 ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_BYTE_GRAY;
        return List.of(ImageTypeSpecifier.createFromBufferedImageType(type)).iterator();
    }

    @Override
    public IIOMetadata getStreamMetadata() {
        return null;
    }

    @Override
    public IIOMetadata getImageMetadata(int index) {
        return null;
    }

    @Override
    public BufferedImage read(int index, ImageReadParam param) throws IOException {
        readHeader();
        try (BytePointer data = new BytePointer(bytes);
                PIX pix = leptonica.pixReadMemJp2k(data, bytes.length, 1, null, 0, 0)) {
            if (pix == null || pix.isNull()) {
                throw new IIOException("a JPEG 2000 picture of 1 to 4 channels expected, the decoder found another");
            }
            try {
                return image(pix);
            } finally {
                leptonica.pixDestroy(pix);
            }
        }
    }

    /** Leptonica keeps rows of 32-bit words: four gray pixels, or red, green, blue and alpha, from the high end. */
    private static BufferedImage image(PIX pix) throws IIOException {
        int width = pix.w();
        int height = pix.h();
        int wordsPerRow = pix.wpl();
        IntBuffer words = pix.data()
                .capacity((long) wordsPerRow * height)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        int[] row = new int[wordsPerRow];
        if (pix.d() == GRAY_BITS) {
            BufferedImage gray = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
            byte[] tones = ((DataBufferByte) gray.getRaster().getDataBuffer()).getData();
            ByteBuffer inOrder = ByteBuffer.allocate(Integer.BYTES * wordsPerRow);
            for (int y = 0; y < height; y++) {
                words.get(row);
                inOrder.asIntBuffer().put(row);
                inOrder.get(0, tones, y * width, width);
            }
            return gray;
        }
        if (pix.d() != COLOUR_BITS) {
            throw new IIOException("8 or 32 bits a pixel expected, " + pix.d() + " found");
        }
        BufferedImage colour = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) colour.getRaster().getDataBuffer()).getData();
        for (int y = 0; y < height; y++) {
            words.get(row);
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = row[x] >>> 8;
            }
        }
        return colour;
    }
}
