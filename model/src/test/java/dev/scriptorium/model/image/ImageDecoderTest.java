package dev.scriptorium.model.image;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.Shared;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.spi.IIORegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ImageDecoderTest {
    private final ImageDecoder decoder = new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS);

    private RgbImage decode(byte[] encoded) throws UnreadableImageException {
        return decoder.decode("page t/1", ByteBuffer.wrap(encoded));
    }

    @ParameterizedTest
    @ValueSource(strings = {"landscape_1300x620", "portrait_700x1000", "square_96x96"})
    void readsPngExactly(String name) throws Exception {
        Path file = Golden.tiny("images/" + name + ".png");
        assertThat(decode(Files.readAllBytes(file)).equals(Golden.png(file))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "tiff", "gif", "jpg"})
    void readsGrayAsItIsStored(String format) throws Exception {
        BufferedImage gray = new BufferedImage(256, 8, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 256; x++) {
            for (int y = 0; y < 8; y++) {
                gray.getRaster().setSample(x, y, 0, x);
            }
        }
        RgbImage decoded = decode(encode(gray, format));
        for (int x = 0; x < 256; x++) {
            assertThat(decoded.rgb(x, 4) & 0xFF).isBetween(x - 2, x + 2);
            assertThat(decoded.rgb(x, 4)).isEqualTo((decoded.rgb(x, 4) & 0xFF) * 0x010101);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "tiff"})
    void keepsTheUpperHalfOf16BitGray(String format) throws Exception {
        BufferedImage gray = new BufferedImage(256, 2, BufferedImage.TYPE_USHORT_GRAY);
        for (int x = 0; x < 256; x++) {
            gray.getRaster().setSample(x, 0, 0, x * 257);
        }
        RgbImage decoded = decode(encode(gray, format));
        for (int x = 0; x < 256; x++) {
            assertThat(decoded.rgb(x, 0)).isEqualTo(x * 0x010101);
        }
    }

    @Test
    void dropsAlphaWithoutBlending() throws Exception {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00102030);
        image.setRGB(1, 0, 0x80405060);
        RgbImage decoded = decode(encode(image, "png"));
        assertThat(List.of(decoded.rgb(0, 0), decoded.rgb(1, 0))).containsExactly(0x102030, 0x405060);
    }

    @Test
    void laysAPictureThatIsOnlyInTheAlphaChannelOnWhite() throws Exception {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(1, 0, 0xFF000000);
        image.setRGB(2, 0, 0x80000000);
        RgbImage decoded = decode(encode(image, "png"));
        assertThat(List.of(decoded.rgb(0, 0), decoded.rgb(1, 0), decoded.rgb(2, 0)))
                .containsExactly(0xFFFFFF, 0x000000, 0x7F7F7F);
    }

    @ParameterizedTest
    @CsvSource({
        "1, rgb/wky",
        "2, bgr/ykw",
        "3, ykw/bgr",
        "4, wky/rgb",
        "5, rw/gk/by",
        "6, wr/kg/yb",
        "7, yb/kg/wr",
        "8, by/gk/rw"
    })
    void turnsPicturesAsExifSays(int orientation, String expected) throws Exception {
        BufferedImage image = new BufferedImage(48, 32, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        Color[] colors = {Color.RED, Color.GREEN, Color.BLUE, Color.WHITE, Color.BLACK, Color.YELLOW};
        for (int i = 0; i < colors.length; i++) {
            graphics.setColor(colors[i]);
            graphics.fillRect(i % 3 * 16, i / 3 * 16, 16, 16);
        }
        graphics.dispose();
        byte[] tiff = exif(orientation);
        assertThat(corners(decode(withJpegExif(encode(image, "jpg"), tiff)))).isEqualTo(expected);
        assertThat(corners(decode(withPngExif(encode(image, "png"), tiff)))).isEqualTo(expected);
        assertThat(corners(decode(encode(image, "png")))).isEqualTo("rgb/wky");
    }

    /** The colour in the middle of every 16 x 16 square, rows separated by a slash. */
    private static String corners(RgbImage image) {
        StringBuilder seen = new StringBuilder();
        for (int y = 8; y < image.height(); y += 16) {
            seen.append(seen.isEmpty() ? "" : "/");
            for (int x = 8; x < image.width(); x += 16) {
                seen.append(name(image.rgb(x, y)));
            }
        }
        return seen.toString();
    }

    @Test
    void takesBrokenExifForNone() throws Exception {
        byte[] jpeg = encode(new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB), "jpg");
        for (int orientation : new int[] {-1, 0, 9, 255}) {
            assertThat(decode(withJpegExif(jpeg, exif(orientation))).width()).isEqualTo(4);
        }
        byte[] farDirectory = exif(6);
        farDirectory[4] = 0x7F;
        assertThat(decode(withJpegExif(jpeg, farDirectory)).width()).isEqualTo(4);
    }

    @Test
    void readsTiffOfEveryUsualMeaning() throws Exception {
        int whiteIsZero = 0;
        int blackIsZero = 1;
        int cmyk = 5;
        assertThat(decode(tiff(whiteIsZero, 1, new byte[] {0, (byte) 255})).rgb(0, 0))
                .isEqualTo(0xFFFFFF);
        assertThat(decode(tiff(whiteIsZero, 1, new byte[] {0, (byte) 255})).rgb(1, 0))
                .isEqualTo(0x000000);
        assertThat(decode(tiff(blackIsZero, 1, new byte[] {100, 7})).rgb(0, 0)).isEqualTo(0x646464);
        RgbImage inks = decode(tiff(cmyk, 4, new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) 255}));
        assertThat(List.of(inks.rgb(0, 0), inks.rgb(1, 0))).containsExactly(0xFFFFFF, 0x000000);
    }

    /** Two pixels side by side, 8 bits a sample, not compressed. */
    private static byte[] tiff(int meaning, int samplesPerPixel, byte[] samples) {
        int[][] entries = {
            {256, 2},
            {257, 1},
            {258, 8},
            {259, 1},
            {262, meaning},
            {273, 8},
            {277, samplesPerPixel},
            {278, 1},
            {279, samples.length}
        };
        ByteBuffer tiff = ByteBuffer.allocate(8 + 8 + 2 + 12 * entries.length + 4 + 8);
        int directory = 8 + samples.length;
        tiff.put("MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(directory).put(samples);
        tiff.putShort((short) entries.length);
        int bitsPerSample = directory + 2 + 12 * entries.length + 4;
        for (int[] entry : entries) {
            tiff.putShort((short) entry[0]);
            if (entry[0] == 258 && samplesPerPixel == 4) {
                tiff.putShort((short) 3).putInt(4).putInt(bitsPerSample);
            } else {
                tiff.putShort((short) 4).putInt(1).putInt(entry[1]);
            }
        }
        return tiff.putInt(0).putLong(0x0008000800080008L).array();
    }

    @Test
    void refusesTooManyPixelsFromTheHeaderAlone() {
        byte[] bomb = pngHeader(60_000, 60_000);
        assertThatThrownBy(() -> decode(bomb))
                .isInstanceOf(OversizeImageException.class)
                .hasMessage("page t/1: at most 100000000 pixels expected, 60000 x 60000 = 3600000000 found");
    }

    @Test
    void refusesWhatWouldNotFitIntoMemory() throws Exception {
        byte[] image = encode(new BufferedImage(1000, 1000, BufferedImage.TYPE_INT_RGB), "png");
        assertThatThrownBy(() -> new ImageDecoder(2_000_000, 5_000_000, ImageDecoder.DEFAULT_TIME)
                        .decode("p", ByteBuffer.wrap(image)))
                .isInstanceOf(OversizeImageException.class)
                .hasMessageContaining("1000 x 1000 need 6000000");
    }

    @Test
    void leavesAPageThatTakesTooLong() throws Exception {
        byte[] large = encode(new BufferedImage(6000, 6000, BufferedImage.TYPE_BYTE_BINARY), "png");
        ImageDecoder hasty = new ImageDecoder(100_000_000, Long.MAX_VALUE, Duration.ofMillis(10));
        assertThatThrownBy(() -> hasty.decode("page t/1", ByteBuffer.wrap(large)))
                .isInstanceOf(SlowImageException.class)
                .hasMessage("page t/1: an image decoded within 10 ms of processor time expected, it takes longer");
    }

    @ParameterizedTest
    @EnumSource(EndlessReader.Kind.class)
    void doesNotWaitForAReaderThatDoesNotEnd(EndlessReader.Kind kind) throws Exception {
        EndlessReader.Provider provider = new EndlessReader.Provider(kind);
        IIORegistry.getDefaultInstance().registerServiceProvider(provider);
        try {
            ImageDecoder hasty = new ImageDecoder(100, 1000, Duration.ofMillis(100));
            assertThatThrownBy(() -> hasty.decode("page t/1", ByteBuffer.wrap(provider.image())))
                    .isInstanceOf(SlowImageException.class);
            assertThat(provider.ended().await(1, TimeUnit.MINUTES))
                    .as("it ends when it is told to")
                    .isTrue();
        } finally {
            IIORegistry.getDefaultInstance().deregisterServiceProvider(provider);
        }
    }

    @Test
    void namesWhatItWasGivenInstead() {
        assertThatThrownBy(() -> decode(new byte[0])).hasMessage("page t/1: an image expected, 0 bytes found");
        assertThatThrownBy(() -> decode("%PDF-1.7 ...".getBytes(StandardCharsets.US_ASCII)))
                .hasMessage("page t/1: PNG, JPEG, TIFF, GIF, BMP or WebP expected, PDF found");
        assertThatThrownBy(() -> decode("<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageEndingWith("HTML found");
        assertThatThrownBy(() -> decode(new byte[] {1, 2, 3, (byte) 0xFE}))
                .isInstanceOf(UndecodableImageException.class)
                .hasMessageEndingWith("bytes that begin with 010203fe found");
    }

    @Test
    void leavesTheCallersBufferAsItWas() throws Exception {
        byte[] png = encode(new BufferedImage(3, 3, BufferedImage.TYPE_INT_RGB), "png");
        ByteBuffer padded = ByteBuffer.allocateDirect(png.length + 20);
        padded.position(10).put(10, png).limit(10 + png.length);
        decoder.decode("p", padded.asReadOnlyBuffer());
        assertThat(padded.position()).isEqualTo(10);
        assertThat(decoder.decode("p", padded).width()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "tiff", "gif", "bmp"})
    @Timeout(60)
    void meetsAnyBrokenBytesWithATypedException(String format) throws Exception {
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_3BYTE_BGR);
        image.createGraphics().fillOval(3, 3, 20, 20);
        byte[] good = encode(image, format);
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bad = good.clone();
            for (int i = random.nextInt(8); i >= 0; i--) {
                bad[random.nextInt(Math.min(bad.length, random.nextBoolean() ? 64 : bad.length))] =
                        (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length;
            try {
                RgbImage decoded = decoder.decode("seed " + seed, ByteBuffer.wrap(bad, 0, length));
                assertThat(decoded.width()).isPositive();
            } catch (UnreadableImageException e) {
                assertThat(e).hasMessageStartingWith("seed " + seed + ": ");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"bomb_1bit.png", "bomb_header_only.png", "bomb_header_rgb.png"})
    void callsBombsOversize(String file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Shared.path("data/hostile/" + file)));
        assertThat(catchThrowableOfType(UnreadableImageException.class, () -> decoder.decode(file, bytes)))
                .isInstanceOf(OversizeImageException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "line_cmyk.jpg", "line_gray16.tif", "line_gray16.png", "line_palette.png", "line_g4.tif",
                        "line_alpha_only.png",
                "line.webp", "line.bmp", "line_progressive.jpg", "line_jpeg_named.png", "line_without_extension",
                        "line_exif6.jpg",
                "line_anim.gif"
            })
    void seesTheSameLineWhateverTheFormat(String file) throws Exception {
        RgbImage expected = decode(Files.readAllBytes(Shared.path("data/odd-formats/line_without_extension")));
        RgbImage image = decode(Files.readAllBytes(Shared.path("data/odd-formats/" + file)));
        assertThat(List.of(image.width(), image.height())).containsExactly(872, 59);
        double difference = 0;
        for (int i = 0; i < image.samples().length; i++) {
            difference += Math.abs((image.samples()[i] & 0xFF) - (expected.samples()[i] & 0xFF));
        }
        assertThat(difference / image.samples().length)
                .as("mean difference of samples")
                .isLessThan(2);
    }

    @ParameterizedTest
    @CsvSource({
        "pages3.tif, 836, 1400",
        "line_wide.png, 3000, 118",
        "line_tiny.png, 145, 9",
        "page_rot90.png, 1400, 836"
    })
    void seesTheFirstPageInItsSize(String file, int width, int height) throws Exception {
        RgbImage image = decode(Files.readAllBytes(Shared.path("data/odd-formats/" + file)));
        assertThat(List.of(image.width(), image.height())).containsExactly(width, height);
    }

    private static byte[] encode(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).isTrue();
        return out.toByteArray();
    }

    private static char name(int rgb) {
        int bits = (rgb >> 23 & 1) * 4 + (rgb >> 15 & 1) * 2 + (rgb >> 7 & 1);
        return "kbg?r?yw".charAt(bits);
    }

    /** A TIFF header with one directory of one entry: the orientation. */
    private static byte[] exif(int orientation) {
        return ByteBuffer.allocate(26)
                .put("MM\0*".getBytes(StandardCharsets.US_ASCII))
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .array();
    }

    private static byte[] withJpegExif(byte[] jpeg, byte[] tiff) {
        return ByteBuffer.allocate(jpeg.length + 10 + tiff.length)
                .put(jpeg, 0, 2)
                .putShort((short) 0xFFE1)
                .putShort((short) (8 + tiff.length))
                .put("Exif\0\0".getBytes(StandardCharsets.US_ASCII))
                .put(tiff)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    private static byte[] withPngExif(byte[] png, byte[] tiff) {
        int behindHeader = 8 + 25;
        return ByteBuffer.allocate(png.length + 12 + tiff.length)
                .put(png, 0, behindHeader)
                .put(chunk("eXIf", tiff))
                .put(png, behindHeader, png.length - behindHeader)
                .array();
    }

    private static byte[] pngHeader(int width, int height) {
        byte[] header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put(new byte[] {8, 2, 0, 0, 0})
                .array();
        return ByteBuffer.allocate(8 + 25)
                .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'})
                .put(chunk("IHDR", header))
                .array();
    }

    private static byte[] chunk(String name, byte[] data) {
        byte[] body = ByteBuffer.allocate(4 + data.length)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .array();
        CRC32 crc = new CRC32();
        crc.update(body);
        return ByteBuffer.allocate(8 + body.length)
                .putInt(data.length)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }
}
