package dev.scriptorium.model.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.imageio.stream.ImageInputStreamImpl;

/** Lets {@code javax.imageio} read a buffer where it lies, neither copied nor cached in a file. */
final class ByteBufferImageInputStream extends ImageInputStreamImpl {
    private static final int END = -1;

    private final ByteBuffer bytes;

    ByteBufferImageInputStream(ByteBuffer bytes) {
        this.bytes = bytes.slice();
    }

    @Override
    public int read() throws IOException {
        checkClosed();
        bitOffset = 0;
        return streamPos < bytes.limit() ? bytes.get((int) streamPos++) & 0xFF : END;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        checkClosed();
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        int count = (int) Math.min(length, bytes.limit() - streamPos);
        if (count <= 0) {
            return END;
        }
        bytes.get((int) streamPos, to, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return bytes.limit();
    }
}
