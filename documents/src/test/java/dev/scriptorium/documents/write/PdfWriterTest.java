package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.Box;
import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.schemas.TextRegion;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class PdfWriterTest {
    /** Of the picture; pages are measured four times as large. */
    private static final int WIDTH = 250;

    private static final int HEIGHT = 350;

    @BeforeAll
    static void startValidator() {
        VeraGreenfieldFoundryProvider.initialise();
    }

    /** A page with a black rectangle left above the middle. */
    private static BufferedImage picture(int type) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.setColor(Color.BLACK);
        graphics.fillRect(25, 50, 75, 100);
        graphics.dispose();
        return image;
    }

    private static PageScan scan(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, encoded)).isTrue();
        return scan(encoded.toByteArray());
    }

    private static PageScan scan(byte[] encoded) {
        return () -> Optional.of(new PageScan.Image(ByteBuffer.wrap(encoded), 72));
    }

    private static RecognizedDocument everything() throws IOException {
        return Pages.document(
                Pages.lines(scan(picture(BufferedImage.TYPE_BYTE_GRAY), "png")),
                Pages.blocks(scan(picture(BufferedImage.TYPE_INT_RGB), "jpg")),
                Pages.missing(3),
                Pages.empty(4));
    }

    private static void assertConforms(byte[] pdf, PDFAFlavour flavour) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new ByteArrayInputStream(pdf), flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            assertThat(result.getTotalAssertions()).isPositive();
            assertThat(result.getTestAssertions())
                    .filteredOn(assertion -> !claimsAnotherLevel(assertion))
                    .extracting(assertion -> assertion.getRuleId() + " " + assertion.getMessage())
                    .isEmpty();
        }
    }

    /** Files say that they are of level B, also where they keep to more. */
    private static boolean claimsAnotherLevel(TestAssertion assertion) {
        return assertion.getRuleId().getSpecification() == PDFAFlavour.Specification.ISO_19005_2
                && assertion.getRuleId().getClause().equals("6.6.4")
                && assertion.getRuleId().getTestNumber() == 3;
    }

    private static String extract(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            PDFTextStripper stripper = new PDFTextStripper();
            stripper.setLineSeparator("\n");
            stripper.setPageEnd("\f");
            return stripper.getText(document);
        }
    }

    @Test
    void isPdfA2() throws Exception {
        byte[] pdf = Pages.write(DocumentFormat.PDF, everything());
        assertConforms(pdf, PDFAFlavour.PDFA_2_B);
        assertConforms(pdf, PDFAFlavour.PDFA_2_U); // every character has its Unicode
        assertConforms(Pages.write(DocumentFormat.PDF, Pages.document()), PDFAFlavour.PDFA_2_B);
    }

    @Test
    void isJudgedByAValidatorThatSeesFaults() throws Exception {
        byte[] pdf;
        try (PDDocument plain = new PDDocument();
                ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            plain.addPage(new PDPage());
            plain.save(out);
            pdf = out.toByteArray();
        }
        try (PDFAParser parser =
                        Foundries.defaultInstance().createParser(new ByteArrayInputStream(pdf), PDFAFlavour.PDFA_2_B);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_2_B, false)) {
            assertThat(validator.validate(parser).isCompliant()).isFalse();
        }
    }

    @Test
    void givesBackItsText() throws Exception {
        String text = extract(Pages.write(DocumentFormat.PDF, everything()));
        assertThat(text)
                .contains("Việt Nam độc lập\n")
                .contains("ſchöne Straße daſelbſt\n")
                .contains("Nr. 7 & <8>")
                .contains("Überschrift\n")
                .contains("Ware Preis & Maß")
                .contains("ohne Ort")
                .contains("page 3 is missing: TIMEOUT");
        assertThat(text.replaceAll("\\s+", " "))
                .contains("obwohl er auf dem Blatt in mehreren steht, mit \\( a_1 + b_1 \\) und fett.");
    }

    /** Fraktur's r rotunda, combining marks, Chinese, characters beyond the first plane. */
    @Test
    void givesBackEveryScript() throws Exception {
        String line = "aͤꝛ⸗ⱥ ườ 漢字 𝔉𝔯𝔞𝔨 ƒ ﬁ";
        ReadPage page = ReadPage.of(
                1,
                "d/1",
                1000,
                1400,
                line,
                false,
                List.of(Pages.line(100, 100, 900, 140, line)),
                Pages.ORIGIN,
                scan(picture(BufferedImage.TYPE_BYTE_GRAY), "png"));
        byte[] pdf = Pages.write(DocumentFormat.PDF, Pages.document(page));
        assertConforms(pdf, PDFAFlavour.PDFA_2_U);
        try (PDDocument document = Loader.loadPDF(pdf)) {
            StringBuilder text = new StringBuilder();
            // As it stands in the file: the stripper's own text is normalized.
            new PDFTextStripper() {
                @Override
                protected void processTextPosition(TextPosition position) {
                    text.append(position.getUnicode());
                }
            }.getText(document);
            assertThat(text.toString()).isEqualTo(line);
        }
    }

    @Test
    void putsWordsWhereTheyStand() throws Exception {
        byte[] pdf = Pages.write(
                DocumentFormat.PDF, Pages.document(Pages.lines(scan(picture(BufferedImage.TYPE_BYTE_GRAY), "png"))));
        List<TextPosition> positions = new ArrayList<>();
        try (PDDocument document = Loader.loadPDF(pdf)) {
            assertThat(document.getPage(0).getMediaBox().getWidth()).isEqualTo(1000); // pixels, 72 dpi
            new PDFTextStripper() {
                @Override
                protected void processTextPosition(TextPosition position) {
                    positions.add(position);
                }
            }.getText(document);
        }
        TextPosition first = positions.get(0);
        TextPosition last = positions.get("Việt Nam độc lập".length() - 1);
        assertThat(first.getXDirAdj()).isCloseTo(100f, within());
        assertThat(last.getXDirAdj() + last.getWidthDirAdj()).isCloseTo(500f, within());
        // The baseline is a fifth of the line's height above its bottom, 140 pixels.
        assertThat(first.getYDirAdj()).isCloseTo(140f - 8, within());
        assertThat(first.getFontSizeInPt()).isCloseTo(40f, within());
    }

    /** A page that lies on its side: its text begins below and goes up, or the other way round, or stands on its head. */
    @Test
    void turnsTheTextOfAPageThatWasTurnedToBeRead() throws Exception {
        int[] rotations = {90, 180, 270};
        Box[] boxes = {new Box(100, 100, 140, 500), new Box(100, 100, 500, 140), new Box(100, 100, 140, 500)};
        float[][] begins = {{132, 500}, {500, 108}, {108, 100}};
        for (int i = 0; i < rotations.length; i++) {
            Box box = boxes[i];
            ReadPage page = ReadPage.of(
                    1,
                    "d/1",
                    1000,
                    1400,
                    "ab cd",
                    false,
                    List.of(Pages.line(box.x0(), box.y0(), box.x1(), box.y1(), "ab cd")),
                    new ReadPage.Origin("OK", 0.9, "base", "", "", rotations[i]),
                    scan(picture(BufferedImage.TYPE_BYTE_GRAY), "png"));
            List<TextPosition> positions = new ArrayList<>();
            try (PDDocument document = Loader.loadPDF(Pages.write(DocumentFormat.PDF, Pages.document(page)))) {
                new PDFTextStripper() {
                    @Override
                    protected void processTextPosition(TextPosition position) {
                        positions.add(position);
                    }
                }.getText(document);
            }
            TextPosition first = positions.get(0);
            assertThat(first.getDir()).as("rotation %d", rotations[i]).isEqualTo(rotations[i]);
            assertThat(first.getTextMatrix().getTranslateX()).isCloseTo(begins[i][0], within());
            assertThat(1400 - first.getTextMatrix().getTranslateY()).isCloseTo(begins[i][1], within());
            assertThat(page.blocks().get(0).box()).isEqualTo(box);
            assertThat(XmlFiles.withClass(
                                    XmlFiles.parse(Pages.write(DocumentFormat.HOCR, Pages.document(page))), "ocr_line")
                            .get(0)
                            .getAttribute("title"))
                    .endsWith("; textangle " + rotations[i]);
        }
    }

    private static Offset<Float> within() {
        return Offset.offset(0.5f);
    }

    @Test
    void showsImagesAsTheyWere() throws Exception {
        int[] types = {
            BufferedImage.TYPE_BYTE_BINARY, BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_BYTE_INDEXED
        };
        List<ReadPage> pages = new ArrayList<>();
        for (int type : types) {
            pages.add(Pages.lines(scan(picture(type), "png")));
        }
        byte[] pdf = Pages.write(DocumentFormat.PDF, Pages.document(pages.toArray(DocumentPage[]::new)));
        assertConforms(pdf, PDFAFlavour.PDFA_2_B);
        try (PDDocument document = Loader.loadPDF(pdf)) {
            for (int i = 0; i < types.length; i++) {
                BufferedImage shown = new PDFRenderer(document).renderImageWithDPI(i, 18);
                assertThat(shown.getWidth()).isEqualTo(WIDTH);
                // and the text is not seen
                assertThat(differences(shown, picture(types[i])))
                        .as("type %d", types[i])
                        .isZero();
            }
        }
    }

    private static long differences(BufferedImage a, BufferedImage b) {
        long different = 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                different += (a.getRGB(x, y) & 0xFFFFFF) == (b.getRGB(x, y) & 0xFFFFFF) ? 0 : 1;
            }
        }
        return different;
    }

    @Test
    void keepsTheBytesOfAJpeg() throws Exception {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        ImageIO.write(picture(BufferedImage.TYPE_INT_RGB), "jpg", encoded);
        byte[] pdf = Pages.write(DocumentFormat.PDF, Pages.document(Pages.lines(scan(encoded.toByteArray()))));
        assertThat(new String(pdf, StandardCharsets.ISO_8859_1))
                .contains(new String(encoded.toByteArray(), StandardCharsets.ISO_8859_1));
    }

    /** Turned by its tag, a sideways JPEG stands as a viewer shows it, which is how its boxes are counted. */
    @Test
    void turnsWhatExifSaysIsToBeTurned() throws Exception {
        BufferedImage upright = picture(BufferedImage.TYPE_BYTE_GRAY);
        List<ReadPage> pages = new ArrayList<>();
        for (int tag = 1; tag <= 8; tag++) {
            ByteArrayOutputStream encoded = new ByteArrayOutputStream();
            ImageIO.write(stored(upright, tag), "jpg", encoded);
            pages.add(Pages.lines(scan(withOrientation(encoded.toByteArray(), tag))));
        }
        byte[] pdf = Pages.write(DocumentFormat.PDF, Pages.document(pages.toArray(DocumentPage[]::new)));
        assertConforms(pdf, PDFAFlavour.PDFA_2_B);
        try (PDDocument document = Loader.loadPDF(pdf)) {
            for (int tag = 1; tag <= 8; tag++) {
                BufferedImage shown = new PDFRenderer(document).renderImageWithDPI(tag - 1, 18);
                assertThat(shown.getWidth()).as("tag %d", tag).isEqualTo(WIDTH);
                assertThat(List.of(gray(shown, 27, 52), gray(shown, 97, 147)))
                        .as("tag %d", tag)
                        .allMatch(gray -> gray < 40);
                assertThat(List.of(gray(shown, 22, 47), gray(shown, 102, 152), gray(shown, 27, HEIGHT - 53)))
                        .as("tag %d", tag)
                        .allMatch(gray -> gray > 215);
            }
        }
    }

    private static int gray(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & 0xFF;
    }

    /** What a camera stores whose picture is upright once turned as the tag says. */
    private static BufferedImage stored(BufferedImage upright, int tag) {
        boolean sideways = tag >= 5;
        BufferedImage stored =
                new BufferedImage(sideways ? HEIGHT : WIDTH, sideways ? WIDTH : HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < stored.getHeight(); y++) {
            for (int x = 0; x < stored.getWidth(); x++) {
                int right = stored.getWidth() - 1 - x;
                int bottom = stored.getHeight() - 1 - y;
                int[] shown = List.of(
                                new int[] {x, y},
                                new int[] {right, y},
                                new int[] {right, bottom},
                                new int[] {x, bottom},
                                new int[] {y, x},
                                new int[] {bottom, x},
                                new int[] {bottom, right},
                                new int[] {y, right})
                        .get(tag - 1);
                stored.setRGB(x, y, upright.getRGB(shown[0], shown[1]));
            }
        }
        return stored;
    }

    private static byte[] withOrientation(byte[] jpeg, int tag) {
        byte[] exif = {
            (byte) 0xFF,
            (byte) 0xE1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0, // segment
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1,
            1,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) tag,
            0,
            0,
            0,
            0,
            0,
            0
        };
        return ByteBuffer.allocate(jpeg.length + exif.length)
                .put(jpeg, 0, 2)
                .put(exif)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    @Test
    void saysWhenAnImageIsGoneOrBroken() throws Exception {
        byte[] pdf = Pages.write(
                DocumentFormat.PDF,
                Pages.document(Pages.lines(PageScan.NONE), Pages.blocks(scan(new byte[] {1, 2, 3, 4, 5}))));
        assertConforms(pdf, PDFAFlavour.PDFA_2_B);
        assertThat(extract(pdf))
                .contains("the image of page 1 is kept no longer")
                .contains("ſchöne Straße daſelbſt")
                .contains("the image of page 2 cannot be decoded");
    }

    @Test
    void givesTheSameBytesAgain() throws Exception {
        assertThat(Pages.write(DocumentFormat.PDF, everything()))
                .isEqualTo(Pages.write(DocumentFormat.PDF, everything()));
    }

    @Test
    void givesPopplerItsTextToo(@TempDir Path folder) throws Exception {
        assumeTrue(hasPdftotext(), "pdftotext is not installed (Debian: poppler-utils)");
        Path pdf = Files.write(folder.resolve("a.pdf"), Pages.write(DocumentFormat.PDF, everything()));
        assertThat(pdftotext(pdf))
                .contains("Việt Nam độc lập\n")
                .contains("ſchöne Straße daſelbſt\n")
                .contains("Nr. 7 & <8>")
                .contains("Überschrift\n");
    }

    /** Three lines of a page that lies on its side or stands on its head, in the order in which they are read. */
    @Test
    void givesPopplerTheLinesOfATurnedPageInTheirOrder(@TempDir Path folder) throws Exception {
        assumeTrue(hasPdftotext(), "pdftotext is not installed (Debian: poppler-utils)");
        List<String> texts = List.of("eins zwei drei", "vier fünf sechs", "sieben acht neun");
        for (int rotation : new int[] {90, 180, 270}) {
            List<TextRegion> lines = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                int at = rotation == 90 ? 100 + 100 * i : 300 - 100 * i;
                lines.add(
                        rotation == 180
                                ? Pages.line(100, at, 500, at + 40, texts.get(i))
                                : Pages.line(at, 100, at + 40, 500, texts.get(i)));
            }
            ReadPage page = ReadPage.of(
                    1,
                    "d/1",
                    1000,
                    1400,
                    String.join("\n", texts),
                    false,
                    lines,
                    new ReadPage.Origin("OK", 0.9, "base", "", "", rotation),
                    scan(picture(BufferedImage.TYPE_BYTE_GRAY), "png"));
            byte[] bytes = Pages.write(DocumentFormat.PDF, Pages.document(page));
            try (PDDocument document = Loader.loadPDF(bytes)) {
                assertThat(new PDFTextStripper().getText(document).lines().filter(line -> !line.isBlank()))
                        .as("rotation %d", rotation)
                        .containsExactlyElementsOf(texts);
            }
            assertThat(pdftotext(Files.write(folder.resolve("turned.pdf"), bytes))
                            .lines()
                            .filter(line -> !line.isBlank()))
                    .as("rotation %d", rotation)
                    .map(String::strip)
                    .containsExactlyElementsOf(texts);
        }
    }

    private static String pdftotext(Path pdf) throws IOException, InterruptedException {
        Process pdftotext = new ProcessBuilder("pdftotext", "-enc", "UTF-8", pdf.toString(), "-")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(pdftotext.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(pdftotext.waitFor()).isZero();
        return text;
    }

    private static boolean hasPdftotext() throws InterruptedException {
        try {
            return new ProcessBuilder("pdftotext", "-v")
                    .redirectErrorStream(true)
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            return false;
        }
    }
}
