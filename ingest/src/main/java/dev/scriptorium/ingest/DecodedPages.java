package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;

/** A document of pictures that are decoded and written anew as PNG. */
final class DecodedPages implements DocumentPages {
    private final RenderJob job;
    private final String name;
    private final ImageLimits limits;
    private final List<TiffFile.Page> pages;
    private final ImageDecoder decoder;

    DecodedPages(RenderJob job, ImageLimits limits) throws IOException, RefusedException {
        this.job = job;
        this.limits = limits;
        this.name = job.name();
        ImageType type = job.type();
        List<TiffFile.Page> tiffPages = null;
        if (type == ImageType.TIFF) {
            try (FileChannel channel = FileChannel.open(job.document().path())) {
                tiffPages = TiffFile.pages(name, channel, limits.maxPages());
            }
        } else {
            limits.checkBytes(name, Files.size(job.document().path()));
        }
        this.decoder = new ImageDecoder(
                name, type, new PatientFileStream(job.document().path().toFile()));
        try {
            this.pages = tiffPages != null ? tiffPages : List.of(onlyPage());
        } catch (IOException | RefusedException e) {
            decoder.close();
            throw e;
        }
    }

    private TiffFile.Page onlyPage() throws IOException, RefusedException {
        return new TiffFile.Page(
                0,
                decoder.header(0),
                Exif.orientation(job.type(), job.document().path()));
    }

    @Override
    public String documentId() {
        return job.documentId();
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
                job.documentId(),
                job.document().name(),
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
