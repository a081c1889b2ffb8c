package dev.scriptorium.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Optional;

/** A PNG or JPEG that every decoder knows: one page, whose bytes stay as they are. */
final class SingleImage implements DocumentPages {
    private final String name;
    private final String documentId;
    private final Document document;
    private final ImageType type;
    private final ImageLimits limits;
    private final ImageHeader header;
    private final byte[] bytes;

    SingleImage(Document document, Optional<String> documentId, ImageType type, ImageLimits limits)
            throws IOException, RefusedException {
        this.document = document;
        this.type = type;
        this.limits = limits;
        this.name = document.place();
        this.bytes = read();
        this.header = header();
        this.documentId = documentId.orElseGet(() -> Digests.sha256(bytes));
    }

    private byte[] read() throws IOException, RefusedException {
        limits.checkBytes(name, Files.size(document.path()));
        try (InputStream in = Files.newInputStream(document.path())) {
            // One more than allowed shows a file that grew meanwhile.
            byte[] read = in.readNBytes(Math.addExact(limits.maxPageBytes(), 1));
            limits.checkBytes(name, read.length);
            return read;
        }
    }

    private ImageHeader header() throws RefusedException {
        if (type == ImageType.PNG) {
            // The size first: a bomb is called a bomb even where the rest is missing.
            ImageHeader size = PngFile.size(name, bytes);
            limits.checkPixels(name, size.width(), size.height());
            return PngFile.check(name, bytes);
        }
        ImageHeader found = JpegFile.check(name, bytes);
        limits.checkPixels(name, found.width(), found.height());
        return found;
    }

    /** False if only few decoders know the kind, so that it has to be written anew. */
    boolean isPlain() {
        return header.plain();
    }

    @Override
    public String documentId() {
        return documentId;
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public Page read(int number) {
        Objects.checkIndex(number - 1, 1);
        return new Page(
                documentId,
                document.name(),
                1,
                type.mediaType(),
                header.width(),
                header.height(),
                header.dpi(),
                ByteBuffer.wrap(bytes));
    }

    @Override
    public void close() {}
}
