package dev.scriptorium.ingest;

import dev.scriptorium.schemas.settings.Secret;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSObject;
import org.apache.pdfbox.pdmodel.DefaultResourceCache;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.pdmodel.graphics.PDXObject;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;

/** A PDF document: each page is drawn when it is asked for, turned as the document says. */
final class PdfPages implements DocumentPages {
    private static final float POINTS_PER_INCH = 72;

    private final RenderJob job;
    private final ImageLimits limits;
    private final RenderSettings settings;
    private final PDDocument pdf;
    private final PDFRenderer renderer;
    private final int count;

    PdfPages(RenderJob job, ImageLimits limits, RenderSettings settings) throws RefusedException {
        this.job = job;
        this.limits = limits;
        this.settings = settings;
        this.pdf = open();
        try {
            this.count = checkedCount();
            pdf.setResourceCache(new FontCache());
            this.renderer = new PDFRenderer(pdf);
        } catch (RefusedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Keeps what pages share, but not their pictures: each is drawn once, and a thousand of them fill the heap. */
    private static final class FontCache extends DefaultResourceCache {
        @Override
        public void put(COSObject indirect, PDXObject xobject) {}
    }

    private PDDocument open() throws RefusedException {
        List<String> passwords = Stream.concat(Stream.of(""), settings.password().map(Secret::reveal).stream())
                .toList();
        try {
            for (String password : passwords) {
                try {
                    return Loader.loadPDF(job.document().path().toFile(), password);
                } catch (InvalidPasswordException e) {
                    // The next one, or the refusal below.
                }
            }
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw undecodable(job.name(), e);
        } catch (LinkageError e) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED, job.name() + ": a PDF encrypted by password or not at all expected", e);
        }
        throw new RefusedException(
                Refusal.ENCRYPTED,
                job.name() + ": a password that opens it expected (--password), "
                        + (settings.password().isEmpty() ? "none" : "another one") + " found");
    }

    private int checkedCount() throws RefusedException {
        int pages;
        try {
            pages = pdf.getNumberOfPages();
        } catch (RuntimeException | StackOverflowError e) {
            throw undecodable(job.name(), e);
        }
        if (pages < 1) {
            throw new RefusedException(
                    Refusal.UNDECODABLE, job.name() + ": at least one page expected, " + pages + " found");
        }
        if (pages > limits.maxPages()) {
            throw new RefusedException(
                    Refusal.OVERSIZE,
                    job.name() + ": at most " + limits.maxPages() + " pages expected, " + pages + " found");
        }
        return pages;
    }

    @Override
    public String documentId() {
        return job.documentId();
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public Page read(int number) throws RefusedException {
        String place = job.name() + " page " + number;
        try {
            PDRectangle box = pdf.getPage(number - 1).getCropBox();
            double dpi = dpi(place, box.getWidth(), box.getHeight());
            BufferedImage image =
                    Tones.reduce(renderer.renderImage(number - 1, (float) (dpi / POINTS_PER_INCH), ImageType.RGB));
            ByteBuffer png = PngEncoder.encode(image);
            limits.checkBytes(place, png.remaining());
            return new Page(
                    job.documentId(),
                    job.document().name(),
                    number,
                    dev.scriptorium.ingest.ImageType.PNG.mediaType(),
                    image.getWidth(),
                    image.getHeight(),
                    (int) Math.round(dpi),
                    png);
        } catch (IOException | RuntimeException | StackOverflowError | LinkageError e) {
            throw undecodable(place, e);
        }
    }

    /** As many dots per inch as asked for, or fewer where the page would have too many pixels. */
    private double dpi(String place, float widthPoints, float heightPoints) throws RefusedException {
        if (!(widthPoints > 0 && heightPoints > 0 && widthPoints * heightPoints < Float.POSITIVE_INFINITY)) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    place + ": a page with an area expected, " + widthPoints + " x " + heightPoints + " points found");
        }
        double squareInches = (double) widthPoints * heightPoints / (POINTS_PER_INCH * POINTS_PER_INCH);
        long most = Math.min(settings.maxPixels(), limits.maxPixels());
        return Math.min(settings.dpi(), Math.sqrt(most / squareInches));
    }

    /** Broken documents meet the library's arithmetic with all sorts of exceptions, and its recursion with circles. */
    private static RefusedException undecodable(String place, Throwable e) {
        return new RefusedException(Refusal.UNDECODABLE, place + ": a whole PDF expected, found: " + e, e);
    }

    @Override
    public void close() {
        try {
            pdf.close();
        } catch (IOException e) {
            throw new UncheckedIOException(job.name() + ": cannot be closed", e);
        }
    }
}
