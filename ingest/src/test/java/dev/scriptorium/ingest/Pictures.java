package dev.scriptorium.ingest;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;

/** Files for tests, made in memory. */
final class Pictures {
    private Pictures() {}

    /** A picture in which no two neighbouring rows or columns are alike. */
    static BufferedImage drawn(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.BLACK);
        graphics.drawLine(0, 0, width - 1, height - 1);
        graphics.drawRect(1, 2, width / 3, height / 2);
        graphics.dispose();
        return image;
    }

    static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, bytes)) {
            throw new IllegalStateException("no writer for " + format);
        }
        return bytes.toByteArray();
    }

    static byte[] png() throws IOException {
        return encoded(drawn(40, 30, BufferedImage.TYPE_BYTE_GRAY), "png");
    }

    static byte[] jpeg() throws IOException {
        return encoded(drawn(40, 30, BufferedImage.TYPE_INT_RGB), "jpg");
    }

    /** Four inks, as printers' programs write them. */
    static byte[] fourColourJpeg() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            BufferedImage fourBands = drawn(40, 30, BufferedImage.TYPE_4BYTE_ABGR);
            writer.write(null, new IIOImage(fourBands.getRaster(), null, null), null);
        } finally {
            writer.dispose();
        }
        // Adobe's segment says that the four are inks, not colours and transparency.
        return withSegment(bytes, "ffee000e41646f626500640000000000");
    }

    /** The same, and a note that the camera was held on its side. */
    static byte[] turnedFourColourJpeg() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(fourColourJpeg());
        return withSegment(
                bytes,
                "ffe10022" + "457869660000" + "4d4d002a00000008" + "0001" + "011200030000000100060000" + "00000000");
    }

    /** A JPEG with one more segment, behind the start marker. */
    private static byte[] withSegment(ByteArrayOutputStream bytes, String hex) {
        byte[] segment = HexFormat.of().parseHex(hex);
        ByteBuffer file = ByteBuffer.allocate(bytes.size() + segment.length);
        file.put(bytes.toByteArray(), 0, 2).put(segment).put(bytes.toByteArray(), 2, bytes.size() - 2);
        return file.array();
    }

    static byte[] tiff(BufferedImage... pages) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (BufferedImage page : pages) {
                writer.writeToSequence(new IIOImage(page, null, null), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** One page in one of the compressions that Image I/O's TIFF writers know, such as {@code CCITT T.6}. */
    static byte[] tiff(BufferedImage page, String compression) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionType(compression);
            writer.write(null, new IIOImage(page, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A gray BigTIFF of 32 x 16 pixels in two tiles, the left one of value 40, the right one of 200. */
    static byte[] tiledBigTiff() {
        ByteBuffer file = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {'I', 'I', 43, 0, 8, 0, 0, 0}).putLong(16 + 16 + 512);
        file.putLong(16 + 16).putLong(16 + 16 + 256); // where the tiles are
        for (int i = 0; i < 512; i++) {
            file.put((byte) (i < 256 ? 40 : 200));
        }
        long[][] tags = {
            {256, 3, 1, 32},
            {257, 3, 1, 16},
            {258, 3, 1, 8},
            {259, 3, 1, 1},
            {262, 3, 1, 1},
            {277, 3, 1, 1},
            {322, 3, 1, 16},
            {323, 3, 1, 16},
            {324, 16, 2, 16},
            {325, 3, 2, 256 | 256 << 16}
        };
        file.putLong(tags.length);
        for (long[] tag : tags) {
            file.putShort((short) tag[0])
                    .putShort((short) tag[1])
                    .putLong(tag[2])
                    .putLong(tag[3]);
        }
        file.putLong(0);
        byte[] bytes = new byte[file.position()];
        file.flip().get(bytes);
        return bytes;
    }

    /** Gray JPEG 2000 without loss. */
    static byte[] jpeg2000(BufferedImage image) {
        PIX pix = leptonica.pixCreate(image.getWidth(), image.getHeight(), 8);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                leptonica.pixSetPixel(pix, x, y, image.getRGB(x, y) & 0xFF);
            }
        }
        PointerPointer<BytePointer> written = new PointerPointer<>(1);
        SizeTPointer length = new SizeTPointer(1);
        if (leptonica.pixWriteMemJp2k(written, length, pix, 0, 40, 5, 0) != 0) {
            throw new IllegalStateException("JPEG 2000 could not be written");
        }
        byte[] bytes = new byte[(int) length.get()];
        written.get(BytePointer.class, 0).get(bytes);
        leptonica.pixDestroy(pix);
        return bytes;
    }

    /** An uncompressed gray TIFF, 3 x 2 pixels with the values 0, 40, 80 and 120, 160, 200. */
    static byte[] turnedTiff(int orientation) {
        ByteBuffer file = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {'I', 'I', 42, 0}).putInt(16).put(new byte[] {0, 40, 80, 120, (byte) 160, (byte) 200});
        file.position(16).putShort((short) 9);
        int[][] tags = {
            {256, 3}, {257, 2}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {274, orientation}, {278, 2}, {279, 6}
        };
        for (int[] tag : tags) {
            file.putShort((short) tag[0]).putShort((short) 3).putInt(1).putInt(tag[1]);
        }
        file.putInt(0);
        byte[] bytes = new byte[file.position()];
        file.flip().get(bytes);
        return bytes;
    }

    /** The first chunks of a PNG that claims to be as large as asked. */
    static byte[] pngClaiming(int width, int height) {
        ByteBuffer chunk = ByteBuffer.allocate(33);
        chunk.putLong(0x89504E470D0A1A0AL).putInt(13).put(new byte[] {'I', 'H', 'D', 'R'});
        chunk.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 12, 17);
        return chunk.putInt((int) crc.getValue()).array();
    }

    static BufferedImage decoded(Page page) throws IOException {
        byte[] bytes = new byte[page.image().remaining()];
        page.image().duplicate().get(bytes);
        return ImageIO.read(new ByteArrayInputStream(bytes));
    }
}
