package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PageRendererTest {
    private static final ImageLimits LIMITS = new ImageLimits(1_000_000, 1_000_000, 10);

    @TempDir
    Path folder;

    private Document file(String name, byte[] bytes) throws IOException {
        return new Document(Files.write(folder.resolve(name), bytes), true);
    }

    /** One for all tests, as it is for all documents of an ingest: its process takes a while to start. */
    private static final PageRenderer RENDERER = new PageRenderer(LIMITS);

    @AfterAll
    static void close() {
        RENDERER.close();
    }

    private static List<Page> pages(Document document) throws RefusedException {
        List<Page> pages = new ArrayList<>();
        try (DocumentPages open = RENDERER.open(document, Optional.empty())) {
            for (int number = 1; number <= open.count(); number++) {
                pages.add(open.read(number));
            }
        }
        return pages;
    }

    private void refused(Refusal reason, String name, byte[] bytes, String... words) throws IOException {
        Document document = file(name, bytes);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> pages(document))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason))
                .satisfies(refusal ->
                        assertThat(refusal.getMessage()).contains(name).contains(words));
    }

    @Test
    void aPngKeepsItsBytes() throws Exception {
        byte[] png = Pictures.png();

        List<Page> pages = pages(file("scan.png", png));

        assertThat(pages).hasSize(1);
        Page page = pages.get(0);
        assertThat(page.image()).isEqualTo(ByteBuffer.wrap(png));
        assertThat(page.mediaType()).isEqualTo("image/png");
        assertThat(page.width()).isEqualTo(40);
        assertThat(page.height()).isEqualTo(30);
        assertThat(page.documentName()).isEqualTo("scan.png");
        assertThat(page.id()).matches("[0-9a-f]{64}/1");
    }

    @Test
    void aJpegKeepsItsBytesWhateverItIsCalled() throws Exception {
        byte[] jpeg = Pictures.jpeg();

        Page page = pages(file("scan.png", jpeg)).get(0);

        assertThat(page.mediaType()).isEqualTo("image/jpeg");
        assertThat(page.image()).isEqualTo(ByteBuffer.wrap(jpeg));
    }

    @Test
    void theSameBytesAreTheSameDocumentUnderAnyName() throws Exception {
        Page one = pages(file("one.png", Pictures.png())).get(0);
        Page two = pages(file("two", Pictures.png())).get(0);

        assertThat(two.id()).isEqualTo(one.id());
    }

    @Test
    void aNamedDocumentGoesByItsName() throws Exception {
        Document document = file("scan.png", Pictures.png());

        try (DocumentPages open = RENDERER.open(document, Optional.of("invoice-7"))) {
            assertThat(open.read(1).id()).isEqualTo("invoice-7/1");
        }
    }

    @Test
    void everyPageOfATiffBecomesAPngWithTheSamePixels() throws Exception {
        BufferedImage bilevel = Pictures.drawn(60, 40, BufferedImage.TYPE_BYTE_BINARY);
        BufferedImage gray = Pictures.drawn(50, 30, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage colour = Pictures.drawn(20, 70, BufferedImage.TYPE_3BYTE_BGR);

        List<Page> pages = pages(file("scan.tif", Pictures.tiff(bilevel, gray, colour)));

        assertThat(pages).extracting(Page::number).containsExactly(1, 2, 3);
        assertThat(pages).extracting(Page::mediaType).containsOnly("image/png");
        samePixels(Pictures.decoded(pages.get(0)), bilevel);
        samePixels(Pictures.decoded(pages.get(1)), gray);
        samePixels(Pictures.decoded(pages.get(2)), colour);
    }

    private static void samePixels(BufferedImage found, BufferedImage expected) {
        int w = expected.getWidth();
        int h = expected.getHeight();
        assertThat(found.getWidth()).isEqualTo(w);
        assertThat(found.getHeight()).isEqualTo(h);
        assertThat(found.getRGB(0, 0, w, h, null, 0, w)).isEqualTo(expected.getRGB(0, 0, w, h, null, 0, w));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CCITT T.4", "CCITT T.6", "LZW", "Deflate", "PackBits"})
    void aTiffMayBeCompressedAsScannersDo(String compression) throws Exception {
        BufferedImage bilevel = Pictures.drawn(60, 40, BufferedImage.TYPE_BYTE_BINARY);

        samePixels(
                Pictures.decoded(pages(file("scan.tif", Pictures.tiff(bilevel, compression)))
                        .get(0)),
                bilevel);
    }

    @Test
    void jpegInTiffIsRead() throws Exception {
        BufferedImage gray = Pictures.drawn(64, 64, BufferedImage.TYPE_BYTE_GRAY);

        BufferedImage read = Pictures.decoded(
                pages(file("scan.tif", Pictures.tiff(gray, "JPEG"))).get(0));

        assertThat(read.getRGB(40, 60) & 0xFF).isGreaterThan(200);
        assertThat(read.getRGB(32, 32) & 0xFF).isLessThan(120);
    }

    @Test
    void aTiledBigTiffIsRead() throws Exception {
        BufferedImage read = Pictures.decoded(
                pages(file("scan.tif", Pictures.tiledBigTiff())).get(0));

        assertThat(read.getWidth()).isEqualTo(32);
        assertThat(read.getRaster().getSample(3, 9, 0)).isEqualTo(40);
        assertThat(read.getRaster().getSample(19, 9, 0)).isEqualTo(200);
    }

    @Test
    void aPictureWrittenAnewIsSetUprightAsItsCameraSays() throws Exception {
        Page page = pages(file("inks.jpg", Pictures.turnedFourColourJpeg())).get(0);

        assertThat(page.mediaType()).isEqualTo("image/png");
        assertThat(page.width()).isEqualTo(30);
        assertThat(page.height()).isEqualTo(40);
    }

    @Test
    void sixteenBitsStaySixteenBits() throws Exception {
        BufferedImage deep = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
        int[] values = {1, 0x1234, 0xFFFE};
        deep.getRaster().setSamples(0, 0, 3, 1, 0, values);

        Page page = pages(file("deep.tif", Pictures.tiff(deep))).get(0);

        assertThat(Pictures.decoded(page).getRaster().getSamples(0, 0, 3, 1, 0, (int[]) null))
                .isEqualTo(values);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 0 40 80 120 160 200 | 3",
                "2 | 80 40 0 200 160 120 | 3",
                "3 | 200 160 120 80 40 0 | 3",
                "4 | 120 160 200 0 40 80 | 3",
                "5 | 0 120 40 160 80 200 | 2",
                "6 | 120 0 160 40 200 80 | 2",
                "7 | 200 80 160 40 120 0 | 2",
                "8 | 80 200 40 160 0 120 | 2",
            })
    void aTurnedTiffIsSetUpright(int orientation, String grays, int width) throws Exception {
        Page page = pages(file("turned.tif", Pictures.turnedTiff(orientation))).get(0);

        BufferedImage image = Pictures.decoded(page);
        int[] expected = Arrays.stream(grays.trim().split(" "))
                .mapToInt(Integer::parseInt)
                .toArray();
        assertThat(page.width()).isEqualTo(width);
        assertThat(image.getRaster().getSamples(0, 0, width, 6 / width, 0, (int[]) null))
                .isEqualTo(expected);
    }

    @Test
    void aFourColourJpegIsWrittenAnewBecauseFewCanReadIt() throws Exception {
        Page page = pages(file("inks.jpg", Pictures.fourColourJpeg())).get(0);

        assertThat(page.mediaType()).isEqualTo("image/png");
        assertThat(Pictures.decoded(page).getColorModel().getNumComponents()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gif", "bmp"})
    void rarerPicturesAreWrittenAnew(String format) throws Exception {
        BufferedImage drawn = Pictures.drawn(40, 30, BufferedImage.TYPE_INT_RGB);

        Page page = pages(file("x", Pictures.encoded(drawn, format))).get(0);

        samePixels(Pictures.decoded(page), drawn);
    }

    @Test
    void aHugeHeaderIsRefusedBeforeDecoding() throws Exception {
        refused(Refusal.OVERSIZE, "bomb.png", Pictures.pngClaiming(60_000, 60_000), "60000 x 60000", "1000000 pixels");
    }

    @Test
    void aNegativeSizeIsRefused() throws Exception {
        refused(Refusal.UNDECODABLE, "bomb.png", Pictures.pngClaiming(-1, 5), "4294967295 x 5");
    }

    @Test
    void anEmptyFileIsRefused() throws Exception {
        refused(Refusal.EMPTY, "empty.jpg", new byte[0], "0 bytes");
    }

    @Test
    void textIsRefusedWithoutRepeatingIt() throws Exception {
        byte[] text = "a private note".getBytes(StandardCharsets.UTF_8);
        refused(Refusal.NOT_AN_IMAGE, "note.jpg", text, "text found");
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> pages(file("note.jpg", text)))
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("private"));
    }

    @Test
    void aMissingFileIsRefused() {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> pages(new Document(folder.resolve("none.png"), true)))
                .withMessageContaining("none.png: a file expected, nothing found");
    }

    @Test
    void moreBytesThanAPageMayHaveAreRefused() throws Exception {
        byte[] png = Arrays.copyOf(Pictures.png(), 1_000_001);
        refused(Refusal.OVERSIZE, "long.png", png, "1000000 bytes", "1000001 found");
    }

    @Test
    void moreTiffPagesThanADocumentMayHaveAreRefused() throws Exception {
        BufferedImage[] pages = new BufferedImage[11];
        Arrays.fill(pages, Pictures.drawn(8, 8, BufferedImage.TYPE_BYTE_GRAY));
        refused(Refusal.OVERSIZE, "thick.tif", Pictures.tiff(pages), "10 pages");
    }

    @Test
    void aTiffWhosePagesGoInACircleIsRefused() throws Exception {
        byte[] tiff = Pictures.turnedTiff(1);
        ByteBuffer.wrap(tiff).put(tiff.length - 4, (byte) 16); // the next directory is the first
        refused(Refusal.UNDECODABLE, "circle.tif", tiff, "circle at byte 16");
    }

    @Test
    void aJpegOfEndlessScansIsRefused() throws Exception {
        byte[] jpeg = Pictures.jpeg();
        byte[] scan = {(byte) 0xFF, (byte) 0xDA, 0, 3, 0, 1};
        ByteBuffer file = ByteBuffer.allocate(jpeg.length + 500 * scan.length);
        file.put(jpeg, 0, jpeg.length - 2);
        for (int i = 0; i < 500; i++) {
            file.put(scan);
        }
        file.put(jpeg, jpeg.length - 2, 2);
        refused(Refusal.OVERSIZE, "slow.jpg", file.array(), "500 scans");
    }

    /** Whatever is missing at the end: a refusal, and never the picture as if it were whole. */
    @Test
    void aFileCutAnywhereIsRefused() throws Exception {
        byte[][] files = {Pictures.png(), Pictures.jpeg(), Pictures.turnedTiff(1)};
        for (byte[] whole : files) {
            for (int length = 0; length < whole.length - 1; length++) {
                Document cut = file("cut", Arrays.copyOf(whole, length));
                assertThatExceptionOfType(RefusedException.class)
                        .as("%d of %d bytes", length, whole.length)
                        .isThrownBy(() -> pages(cut));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void changedBytesEndInPagesOrInARefusal(long seed) throws Exception {
        Random random = new Random(seed);
        byte[][] files = {
            Pictures.png(),
            Pictures.jpeg(),
            Pictures.fourColourJpeg(),
            Pictures.turnedTiff(6),
            Pictures.tiff(Pictures.drawn(30, 30, BufferedImage.TYPE_BYTE_BINARY)),
            Pictures.encoded(Pictures.drawn(40, 30, BufferedImage.TYPE_INT_RGB), "gif"),
            Pictures.encoded(Pictures.drawn(40, 30, BufferedImage.TYPE_INT_RGB), "bmp"),
        };
        for (int round = 0; round < 300; round++) {
            byte[] bytes = files[random.nextInt(files.length)].clone();
            for (int change = 1 + random.nextInt(4); change > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Document document = file("changed", bytes);
            try {
                assertThat(pages(document)).isNotEmpty();
            } catch (RefusedException e) {
                assertThat(e.getMessage()).as("seed %d round %d", seed, round).contains("changed");
            }
        }
    }
}
