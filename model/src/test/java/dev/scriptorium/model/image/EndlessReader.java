package dev.scriptorium.model.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/** A reader of a format of its own that does not come to its end, as some do with broken images. */
final class EndlessReader extends ImageReader {
    private static final byte[] MAGIC = "endless".getBytes(StandardCharsets.US_ASCII);

    /** What it does for ever, until it is stopped. */
    enum Kind {
        READS_THE_SAME_BYTES,
        COMPUTES
    }

    /** Finds the reader for {@link #image}. */
    static final class Provider extends ImageReaderSpi {
        private final Kind kind;
        private final CountDownLatch ended = new CountDownLatch(1);

        Provider(Kind kind) {
            super(
                    "test",
                    "1",
                    new String[] {"endless"},
                    null,
                    null,
                    EndlessReader.class.getName(),
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
            this.kind = kind;
        }

        /** An image for it. */
        byte[] image() {
            return MAGIC.clone();
        }

        /** Open until the reader has come to its end. */
        CountDownLatch ended() {
            return ended;
        }

        @Override
        public boolean canDecodeInput(Object source) throws IOException {
            if (!(source instanceof ImageInputStream stream)) {
                return false;
            }
            byte[] found = new byte[MAGIC.length];
            stream.mark();
            int read = stream.read(found);
            stream.reset();
            return read == MAGIC.length && Arrays.equals(found, MAGIC);
        }

        @Override
        public ImageReader createReaderInstance(Object extension) {
            return new EndlessReader(this);
        }

        @Override
        public String getDescription(Locale locale) {
            return "images that never end";
        }
    }

    private final Provider provider;

    private EndlessReader(Provider provider) {
        super(provider);
        this.provider = provider;
    }

    @Override
    public int getNumImages(boolean allowSearch) {
        return 1;
    }

    @Override
    public int getWidth(int index) {
        return 1;
    }

    @Override
    public int getHeight(int index) {
        return 1;
    }

    @Override
    public Iterator<ImageTypeSpecifier> getImageTypes(int index) {
        return List.of(ImageTypeSpecifier.createGrayscale(8, DataBuffer.TYPE_BYTE, false))
                .iterator();
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
        try {
            ImageInputStream stream = (ImageInputStream) getInput();
            while (provider.kind == Kind.READS_THE_SAME_BYTES || !abortRequested()) {
                if (provider.kind == Kind.READS_THE_SAME_BYTES) {
                    stream.seek(0);
                    stream.read();
                }
            }
            return new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        } finally {
            provider.ended.countDown();
        }
    }
}
