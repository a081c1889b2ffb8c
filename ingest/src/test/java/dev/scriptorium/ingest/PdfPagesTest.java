package dev.scriptorium.ingest;

import dev.scriptorium.schemas.settings.Secret;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Pages of PDF files, drawn in the process that draws them when documents are taken in. */
class PdfPagesTest {
    private static final ImageLimits LIMITS = new ImageLimits(1_000_000, 1_000_000, 10);
    private static final PageRenderer RENDERER = new PageRenderer(LIMITS, settings(100, Duration.ofMinutes(1)));

    @TempDir
    Path folder;

    @AfterAll
    static void close() {
        RENDERER.close();
    }

    private static RenderSettings settings(int dpi, Duration timeout) {
        return new RenderSettings(dpi, 250_000, timeout, 128 << 20, Optional.empty());
    }

    private Document file(Pdfs pdf) throws IOException {
        return new Document(Files.write(folder.resolve("scan.pdf"), pdf.bytes()), true);
    }

    private Page page(Pdfs pdf) throws IOException, RefusedException {
        try (DocumentPages pages = RENDERER.open(file(pdf), Optional.empty())) {
            assertThat(pages.count()).isEqualTo(1);
            return pages.read(1);
        }
    }

    /** Which quarters of a page of 100 x 100 pixels are dark: upper left, upper right, lower left, lower right. */
    private static String quarters(Page page) throws IOException {
        BufferedImage image = Pictures.decoded(page);
        StringBuilder dark = new StringBuilder();
        for (int y = 25; y < 100; y += 50) {
            for (int x = 25; x < 100; x += 50) {
                dark.append((image.getRGB(x, y) & 0xFF) < 128 ? '#' : '.');
            }
        }
        return dark.toString();
    }

    @Test
    void aPageIsDrawnAtTheDotsAskedFor() throws Exception {
        Page page = page(new Pdfs().page(Pdfs.SQUARE));

        assertThat(page.width()).isEqualTo(100);
        assertThat(page.height()).isEqualTo(100);
        assertThat(page.dpi()).isEqualTo(100);
        assertThat(page.mediaType()).isEqualTo("image/png");
        assertThat(page.documentName()).isEqualTo("scan.pdf");
        assertThat(quarters(page)).isEqualTo("#...");
        assertThat(Pictures.decoded(page).getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
    }

    @ParameterizedTest
    @CsvSource({"0, #...", "90, .#..", "180, ...#", "270, ..#."})
    void aTurnedPageIsDrawnAsItIsShown(int degrees, String dark) throws Exception {
        Page page = page(new Pdfs().page(Pdfs.SQUARE, new PDResources(), turned -> turned.setRotation(degrees)));
        assertThat(quarters(page)).isEqualTo(dark);
    }

    @Test
    void coloursOfPrintersAreDrawn() throws Exception {
        BufferedImage image = Pictures.decoded(page(new Pdfs().page("1 0 0 0 k\n" + Pdfs.SQUARE)));
        assertThat(image.getRGB(25, 25) >> 16 & 0xFF).as("red under cyan ink").isLessThan(100);
        assertThat(image.getRGB(25, 25) & 0xFF).as("blue").isGreaterThan(150);
    }

    @Test
    void aVeryLargePageIsDrawnWithFewerDots() throws Exception {
        Page page = page(new Pdfs()
                .page(
                        "0 3600 3600 3600 re f\n",
                        new PDResources(),
                        poster -> poster.setMediaBox(new PDRectangle(7200, 7200))));
        assertThat(page.dpi()).isEqualTo(5);
        assertThat(page.width()).isEqualTo(500);
    }

    private static BufferedImage square() {
        BufferedImage image = new BufferedImage(100, 100, BufferedImage.TYPE_BYTE_BINARY);
        for (int y = 0; y < 100; y++) {
            for (int x = 0; x < 100; x++) {
                image.setRGB(x, y, x < 50 && y < 50 ? 0 : 0xFFFFFF);
            }
        }
        return image;
    }

    @Test
    void faxAndJpegAndJbig2AreDrawn() throws Exception {
        assertThat(quarters(page(new Pdfs().fax(square())))).as("CCITT G4").isEqualTo("#...");
        assertThat(quarters(page(new Pdfs().jpeg(square())))).as("JPEG").isEqualTo("#...");
        assertThat(quarters(page(new Pdfs().jbig2(square())))).as("JBIG2").isEqualTo("#...");
    }

    @Test
    void jpeg2000IsDrawnInAPdfAndAlone() throws Exception {
        byte[] jp2 = Pictures.jpeg2000(square());
        assertThat(quarters(page(new Pdfs().encoded(jp2, COSName.JPX_DECODE, 100, 100, 8))))
                .isEqualTo("#...");

        Document alone = new Document(Files.write(folder.resolve("alone.jp2"), jp2), true);
        try (DocumentPages pages = RENDERER.open(alone, Optional.empty())) {
            assertThat(quarters(pages.read(1))).isEqualTo("#...");
        }
    }

    @Test
    void anEncryptedDocumentOpensWithItsPasswordOnly() throws Exception {
        Document document = file(new Pdfs().page(Pdfs.SQUARE).encrypt("sesame"));

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> RENDERER.open(document, Optional.empty()))
                .withMessageContaining("scan.pdf: a password that opens it expected")
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.ENCRYPTED));
        RenderSettings knowing =
                new RenderSettings(100, 250_000, Duration.ofMinutes(1), 128 << 20, Optional.of(new Secret("sesame")));
        try (PageRenderer renderer = new PageRenderer(LIMITS, knowing);
                DocumentPages pages = renderer.open(document, Optional.empty())) {
            assertThat(quarters(pages.read(1))).isEqualTo("#...");
        }
    }

    @Test
    void aDocumentEncryptedAgainstChangesAloneNeedsNoPassword() throws Exception {
        assertThat(quarters(page(new Pdfs().page(Pdfs.SQUARE).encrypt("")))).isEqualTo("#...");
    }

    @Test
    void aPageWithoutAnEndIsGivenUpAndTheNextIsRead() throws Exception {
        Document document = file(new Pdfs().page(Pdfs.SQUARE).endless().page(Pdfs.SQUARE));
        try (PageRenderer renderer = new PageRenderer(LIMITS, settings(100, Duration.ofSeconds(3)));
                DocumentPages pages = renderer.open(document, Optional.empty())) {
            assertThat(quarters(pages.read(1))).isEqualTo("#...");
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> pages.read(2))
                    .withMessageContaining("scan.pdf page 2: a page within 3000 ms")
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.TIMEOUT));
            assertThat(quarters(pages.read(3))).isEqualTo("#...");
        }
    }

    @Test
    void aPageThatFillsTheMemoryIsGivenUpAndTheNextIsRead() throws Exception {
        Document document = file(new Pdfs().bomb().page(Pdfs.SQUARE));
        try (DocumentPages pages = RENDERER.open(document, Optional.empty())) {
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> pages.read(1))
                    .withMessageContaining("scan.pdf page 1")
                    .withMessageContaining("134217728 bytes")
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.OUT_OF_MEMORY));
            assertThat(quarters(pages.read(2))).isEqualTo("#...");
        }
    }

    @Test
    void bytesBeforeTheHeaderDoNotMatter() throws Exception {
        byte[] pdf = new Pdfs().page(Pdfs.SQUARE).bytes();
        byte[] all = new byte[pdf.length + 16];
        System.arraycopy(pdf, 0, all, 16, pdf.length);
        Document document = new Document(Files.write(folder.resolve("mail.pdf"), all), true);
        try (DocumentPages pages = RENDERER.open(document, Optional.empty())) {
            assertThat(quarters(pages.read(1))).isEqualTo("#...");
        }
    }

    @Test
    void moreThanTheLimitOfPagesIsRefused() throws Exception {
        Pdfs pdf = new Pdfs();
        for (int i = 0; i < 11; i++) {
            pdf.page(Pdfs.SQUARE);
        }
        Document document = file(pdf);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> RENDERER.open(document, Optional.empty()))
                .withMessageContaining("at most 10 pages expected, 11 found");
    }

    @Test
    void aBrokenPdfIsRefused() throws Exception {
        byte[] pdf = new Pdfs().page(Pdfs.SQUARE).bytes();
        Document cut = new Document(
                Files.write(folder.resolve("cut.pdf"), java.util.Arrays.copyOf(pdf, pdf.length / 3)), true);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> RENDERER.open(cut, Optional.empty()))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Refusal.UNDECODABLE));
    }

    @Test
    void twoOpenDocumentsDoNotMix() throws Exception {
        Document first = new Document(
                Files.write(
                        folder.resolve("first.pdf"),
                        new Pdfs().page(Pdfs.SQUARE).bytes()),
                true);
        Document second = file(new Pdfs().page("36 0 36 36 re f\n"));
        try (DocumentPages one = RENDERER.open(first, Optional.of("one"));
                DocumentPages two = RENDERER.open(second, Optional.of("two"))) {
            assertThat(quarters(one.read(1))).isEqualTo("#...");
            assertThat(quarters(two.read(1))).isEqualTo("...#");
            assertThat(one.read(1).id()).isEqualTo("one/1");
        }
    }
}
