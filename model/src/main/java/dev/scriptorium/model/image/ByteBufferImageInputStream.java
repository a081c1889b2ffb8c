package dev.scriptorium.model.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Lets {@code javax.imageio} read a buffer where it lies, neither copied nor cached in a file. Some readers take a missing
 * byte for zero and go on, for as many pixels as the header promises: whoever goes on asking behind the end is stopped.
 */
final class ByteBufferImageInputStream extends ImageInputStreamImpl {
    /** Bytes asked for behind the end; readers of sound images ask for a few. */
    static final int PATIENCE = 10_000;

    private static final int END = -1;

    private final ByteBuffer bytes;
    private int missing;
    private volatile boolean stopped;

    ByteBufferImageInputStream(ByteBuffer bytes) {
        this.bytes = bytes.slice();
    }

    /** Ends whoever reads here, at the next byte. */
    void stop() {
        stopped = true;
    }

    /** @throws IllegalStateException if the reader was stopped; readers swallow an IOException */
    private void checkStopped() {
        if (stopped) {
            throw new IllegalStateException("stopped");
        }
    }

    @Override
    public int read() throws IOException {
        checkClosed();
        checkStopped();
        bitOffset = 0;
        return streamPos < bytes.limit() ? bytes.get((int) streamPos++) & 0xFF : end();
    }

    /** @throws IllegalStateException if that has been asked for too often; readers swallow an IOException */
    private int end() {
        if (++missing > PATIENCE) {
            throw new IllegalStateException("no more than " + bytes.limit() + " bytes found");
        }
        return END;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        checkClosed();
        checkStopped();
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        int count = (int) Math.min(length, bytes.limit() - streamPos);
        if (count <= 0) {
            return end();
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
