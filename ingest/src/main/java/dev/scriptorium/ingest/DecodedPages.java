package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
import javax.imageio.stream.FileImageInputStream;

/** A document whose pages are decoded and written anew as PNG. */
final class DecodedPages implements DocumentPages {
    private final Document document;
    private final String name;
    private final String documentId;
    private final ImageLimits limits;
    private final List<TiffFile.Page> pages;
    private final ImageDecoder decoder;

    DecodedPages(Document document, Optional<String> documentId, ImageType type, ImageLimits limits)
            throws IOException, RefusedException {
        this.document = document;
        this.limits = limits;
        this.name = document.path().toString();
        List<TiffFile.Page> tiffPages = null;
        if (type == ImageType.TIFF) {
            try (FileChannel channel = FileChannel.open(document.path())) {
                tiffPages = TiffFile.pages(name, channel, limits.maxPages());
            }
        }
        this.documentId = documentId.isPresent() ? documentId.get() : Digests.sha256(document.path());
        this.decoder = new ImageDecoder(
                name, type, new FileImageInputStream(document.path().toFile()));
        try {
            this.pages = tiffPages != null ? tiffPages : List.of(new TiffFile.Page(0, decoder.header(0), 1));
        } catch (RefusedException e) {
            decoder.close();
            throw e;
        }
    }

    @Override
    public String documentId() {
        return documentId;
    }

    @Override
    public int count() {
        return pages.size();
    }

    @Override
    public Page read(int number) throws RefusedException {
        TiffFile.Page page = pages.get(number - 1);
        String place = count() == 1 ? name : name + " page " + number;
        limits.checkPixels(place, page.header().width(), page.header().height());
        BufferedImage image = Orientation.upright(decoder.decode(page.index()), page.orientation());
        ByteBuffer png = PngEncoder.encode(image);
        limits.checkBytes(place, png.remaining());
        return new Page(
                documentId,
                document.name(),
                number,
                ImageType.PNG.mediaType(),
                image.getWidth(),
                image.getHeight(),
                page.header().dpi(),
                png);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
