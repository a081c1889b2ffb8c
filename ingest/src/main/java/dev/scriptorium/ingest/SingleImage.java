package dev.scriptorium.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** A PNG or JPEG: one page, whose bytes stay as they are unless only few decoders know the kind. */
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
        this.name = document.path().toString();
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

    @Override
    public String documentId() {
        return documentId;
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public Page read(int number) throws RefusedException {
        Objects.checkIndex(number - 1, 1);
        if (header.plain()) {
            return page(type.mediaType(), ByteBuffer.wrap(bytes));
        }
        try (ImageDecoder decoder =
                new ImageDecoder(name, type, new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes)))) {
            ByteBuffer png = PngEncoder.encode(decoder.decode(0));
            limits.checkBytes(name, png.remaining());
            return page(ImageType.PNG.mediaType(), png);
        }
    }

    private Page page(String mediaType, ByteBuffer image) {
        return new Page(
                documentId, document.name(), 1, mediaType, header.width(), header.height(), header.dpi(), image);
    }

    @Override
    public void close() {}
}
