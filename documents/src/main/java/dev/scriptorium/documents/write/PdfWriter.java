package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.Box;
import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.page.TextBlock;
import dev.scriptorium.documents.page.TextLine;
import dev.scriptorium.documents.page.TextWord;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDMetadata;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.color.PDOutputIntent;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;

/**
 * Searchable PDF/A-2b: every page is its image, with its text in front of it in rendering mode 3, invisible, to be found
 * and copied. JPEG keeps its bytes where colours allow, everything else is stored without loss. A page that is missing,
 * or whose image is, says so in print. A page that had to be turned to be read is shown turned; its image stays as it was.
 * The same document gives the same bytes.
 *
 * @see <a href="https://www.iso.org/standard/50655.html">ISO 19005-2</a>
 */
final class PdfWriter implements DocumentWriter {
    /** A4, for pages of unknown size. */
    private static final PDRectangle SHEET = PDRectangle.A4;

    private static final int MIN_DPI = 30;
    private static final int MAX_DPI = 4800;
    private static final float POINTS_PER_INCH = 72;
    private static final float MIN_POINTS = 3;
    private static final float MAX_POINTS = 14400;
    private static final float NOTE_POINTS = 12;

    private static final COSName TEXT_FONT = COSName.getPDFName("Text");
    private static final COSName IMAGE = COSName.getPDFName("Image");

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        // On disk until it is written: a document may have thousands of images.
        try (PDDocument pdf = new PDDocument(IOUtils.createTempFileOnlyStreamCache())) {
            new Writing(pdf, document).run(out);
        }
    }

    /**
     * From pixels of the page to points of the page as it was read.
     *
     * @param rotation degrees by which it was turned clockwise for that
     * @param width pixels of the page
     * @param height pixels of the page
     * @param size points of the page
     */
    private record Frame(int rotation, int width, int height, PDRectangle size) {
        Box read(Box box) {
            return box.turned(rotation, width, height);
        }

        private boolean sideways() {
            return rotation % 180 != 0;
        }

        double scaleX() {
            return sideways() ? size.getHeight() / height : size.getWidth() / width;
        }

        double scaleY() {
            return sideways() ? size.getWidth() / width : size.getHeight() / height;
        }

        /** Upper edge, points. */
        double top() {
            return sideways() ? size.getWidth() : size.getHeight();
        }
    }

    /** One document being written. */
    private static final class Writing {
        private final PDDocument pdf;
        private final RecognizedDocument document;
        private final InvisibleFont font;
        private Optional<PDFont> noteFont = Optional.empty();

        Writing(PDDocument pdf, RecognizedDocument document) {
            this.pdf = pdf;
            this.document = document;
            this.font = new InvisibleFont(pdf);
        }

        void run(OutputStream out) throws IOException {
            pdf.setVersion(1.7f);
            pdf.setDocumentId(UUID.nameUUIDFromBytes(document.id().getBytes(StandardCharsets.UTF_8))
                    .getMostSignificantBits());
            Iterator<? extends DocumentPage> pages = document.pages();
            while (pages.hasNext()) {
                DocumentPage page = pages.next();
                if (page instanceof ReadPage read) {
                    add(read);
                } else {
                    add((MissingPage) page);
                }
            }
            if (pdf.getNumberOfPages() == 0) {
                note(new PDPage(SHEET), "no pages");
            }
            font.finish();
            describe();
            pdf.save(out);
        }

        private void add(MissingPage page) throws IOException {
            note(new PDPage(SHEET), Notes.missing(page));
        }

        private void add(ReadPage page) throws IOException {
            Optional<PageScan.Image> scan = page.scan().fetch();
            Optional<PdfImage> image = Optional.empty();
            String fault = "the image of page " + page.number() + " is kept no longer";
            if (scan.isPresent()) {
                try {
                    image = Optional.of(PdfImage.of(pdf, scan.get().bytes()));
                } catch (UndecodableScanException e) {
                    fault = "the image of page " + page.number() + " cannot be decoded";
                }
            }
            int width = size(page.width(), image.map(PdfImage::width));
            int height = size(page.height(), image.map(PdfImage::height));
            PDPage sheet = new PDPage(
                    sheet(width, height, scan.map(PageScan.Image::dpi).orElse(0)));
            if (image.isEmpty()) {
                note(sheet, fault);
            } else {
                pdf.addPage(sheet);
            }
            contents(sheet, image, page, width, height);
        }

        /** Pixels of the frame in which the page's boxes are. */
        private static int size(int stated, Optional<Integer> found) {
            return stated > 0 ? stated : found.orElse(0);
        }

        private static PDRectangle sheet(int width, int height, int dpi) {
            if (width <= 0 || height <= 0) {
                return SHEET;
            }
            // A page of unknown resolution is as long as a sheet.
            float points = dpi >= MIN_DPI && dpi <= MAX_DPI
                    ? POINTS_PER_INCH / dpi
                    : SHEET.getHeight() / Math.max(width, height);
            return new PDRectangle(points(width * points), points(height * points));
        }

        private static float points(float size) {
            return Math.max(MIN_POINTS, Math.min(size, MAX_POINTS));
        }

        private void contents(PDPage sheet, Optional<PdfImage> image, ReadPage page, int width, int height)
                throws IOException {
            PdfOperators operators = new PdfOperators();
            PDResources resources = sheet.getResources() == null ? new PDResources() : sheet.getResources();
            PDRectangle size = sheet.getMediaBox();
            if (image.isPresent()) {
                PDImageXObject object = image.get().object();
                resources.put(IMAGE, object);
                operators.image(IMAGE, image.get().orientation().matrix(size.getWidth(), size.getHeight()));
            }
            COSDictionary fonts = resources.getCOSObject().getCOSDictionary(COSName.FONT);
            if (fonts == null) {
                fonts = new COSDictionary();
                resources.getCOSObject().setItem(COSName.FONT, fonts);
            }
            fonts.setItem(TEXT_FONT, font.dictionary());
            operators.save();
            int rotation = page.origin().rotation();
            // Shown upright, as it was read: readers of the text expect its lines to go to the right.
            sheet.setRotation(rotation);
            operators.transform(turnedBack(rotation, size));
            operators.beginText();
            for (TextBlock block : page.blocks()) {
                // Boxes of what has no place fill the page, whatever its size.
                boolean scaled = block.placed() || (width > 0 && height > 0);
                Frame frame = new Frame(
                        rotation,
                        Math.max(1, scaled ? width : block.box().x1()),
                        Math.max(1, scaled ? height : block.box().y1()),
                        size);
                for (TextLine line : block.lines()) {
                    show(line, operators, frame);
                }
            }
            operators.endText();
            operators.restore();
            append(sheet, operators);
            sheet.setResources(resources);
        }

        /** Where a page that was turned clockwise to be read lies on the page as it is shown. */
        private static double[] turnedBack(int rotation, PDRectangle size) {
            return switch (rotation) {
                case 90 -> new double[] {0, 1, -1, 0, size.getWidth(), 0};
                case 180 -> new double[] {-1, 0, 0, -1, size.getWidth(), size.getHeight()};
                case 270 -> new double[] {0, -1, 1, 0, 0, size.getHeight()};
                default -> new double[] {1, 0, 0, 1, 0, 0};
            };
        }

        private void show(TextLine line, PdfOperators operators, Frame frame) {
            for (int i = 0; i < line.words().size(); i++) {
                TextWord word = line.words().get(i);
                Box box = frame.read(word.box());
                double height = Math.max(1, box.height()) * frame.scaleY();
                double left = box.x0() * frame.scaleX();
                double width = Math.max(1, box.width()) * frame.scaleX();
                String codes = font.encode(word.text());
                double natural = InvisibleFont.width(codes) * height;
                double baseline = frame.top() - box.y1() * frame.scaleY() - InvisibleFont.DESCENT * height;
                operators.text(TEXT_FONT, height, width / natural, left, baseline, codes);
                if (i + 1 < line.words().size()) {
                    Box next = frame.read(line.words().get(i + 1).box());
                    boolean beside = next.y0() == box.y0() && next.x0() > box.x1();
                    String blank = font.encode(" ");
                    double naturalGap = height * InvisibleFont.width(blank);
                    double gap = beside ? (next.x0() - box.x1()) * frame.scaleX() : naturalGap;
                    operators.text(TEXT_FONT, height, gap / naturalGap, left + width, baseline, blank);
                }
            }
        }

        private void append(PDPage sheet, PdfOperators operators) throws IOException {
            PDStream stream = new PDStream(pdf);
            try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
                operators.writeTo(out);
            }
            Iterator<PDStream> existing = sheet.getContentStreams();
            if (existing.hasNext()) {
                sheet.setContents(List.of(existing.next(), stream));
            } else {
                sheet.setContents(stream);
            }
        }

        /** A page with a sentence in print. */
        private void note(PDPage sheet, String sentence) throws IOException {
            pdf.addPage(sheet);
            if (noteFont.isEmpty()) {
                noteFont = Optional.of(loadNoteFont());
            }
            try (PDPageContentStream content = new PDPageContentStream(pdf, sheet)) {
                content.beginText();
                content.setFont(noteFont.get(), NOTE_POINTS);
                content.newLineAtOffset(NOTE_POINTS, sheet.getMediaBox().getHeight() - 2 * NOTE_POINTS);
                content.showText(sentence.replaceAll("[^\\x20-\\x7e]", "?"));
                content.endText();
            }
        }

        /** The font that PDFBox itself carries for missing ones; only the letters that are used are embedded. */
        private PDFont loadNoteFont() throws IOException {
            try (InputStream file =
                    PDFont.class.getResourceAsStream("/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf")) {
                if (file == null) {
                    throw new IllegalStateException("Liberation Sans expected in PDFBox's jar, not found");
                }
                return PDType0Font.load(pdf, file, true);
            }
        }

        private void describe() throws IOException {
            byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
            PDOutputIntent intent = new PDOutputIntent(pdf, new ByteArrayInputStream(profile));
            intent.setInfo("sRGB IEC61966-2.1");
            intent.setOutputCondition("sRGB IEC61966-2.1");
            intent.setOutputConditionIdentifier("sRGB IEC61966-2.1");
            intent.setRegistryName("http://www.color.org");
            pdf.getDocumentCatalog().addOutputIntent(intent);
            PDMetadata metadata = new PDMetadata(pdf);
            metadata.importXMPMetadata(Xmp.packet(document.title()));
            pdf.getDocumentCatalog().setMetadata(metadata);
        }
    }
}
