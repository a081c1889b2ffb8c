package dev.scriptorium.ingest;

import java.io.File;
import java.io.IOException;
import javax.imageio.stream.FileImageInputStream;

/**
 * A file for {@code javax.imageio}. Some readers take a missing byte for zero and go on, for as many pixels as the header
 * promises: whoever goes on asking behind the end is stopped.
 */
final class PatientFileStream extends FileImageInputStream {
    /** Bytes asked for behind the end; readers of sound images ask for a few. */
    private static final int PATIENCE = 10_000;

    private static final int END = -1;

    private int missing;

    PatientFileStream(File file) throws IOException {
        super(file);
    }

    @Override
    public int read() throws IOException {
        return counted(super.read());
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        return counted(super.read(to, offset, length));
    }

    /** @throws IllegalStateException if the end was met too often; readers swallow an IOException */
    private int counted(int read) throws IOException {
        if (read == END && ++missing > PATIENCE) {
            throw new IllegalStateException("no more than " + length() + " bytes found");
        }
        return read;
    }
}
