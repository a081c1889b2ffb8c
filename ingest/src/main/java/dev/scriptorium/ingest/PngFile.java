package dev.scriptorium.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Checks a PNG file without decoding its pixels: the chain of chunks is whole and every checksum is right.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">PNG, third edition, section 5</a>
 */
final class PngFile {
    private static final int SIGNATURE_BYTES = 8;
    private static final int CHUNK_FRAME_BYTES = 12; // length, type, checksum

    private PngFile() {}

    /**
     * Reads the header and walks to the end chunk.
     *
     * @param name what errors call the file
     * @throws RefusedException if the file is cut or contradicts the format
     */
    static ImageHeader check(String name, byte[] bytes) throws RefusedException {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        ImageHeader header = null;
        int dpi = 0;
        boolean pixels = false;
        int at = SIGNATURE_BYTES;
        while (true) {
            if (bytes.length - at < CHUNK_FRAME_BYTES) {
                throw new RefusedException(
                        Refusal.TRUNCATED, name + ": an IEND chunk expected, end of file at byte " + bytes.length);
            }
            int length = file.getInt(at);
            String type = new String(bytes, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (length < 0 || length > bytes.length - at - CHUNK_FRAME_BYTES) {
                throw new RefusedException(
                        Refusal.TRUNCATED,
                        name + ": chunk at byte " + at + ": " + Integer.toUnsignedString(length) + " bytes expected, "
                                + (bytes.length - at - CHUNK_FRAME_BYTES) + " left");
            }
            if (header == null) {
                header = header(name, file, at, length, type);
            }
            checkSum(name, bytes, at, length);
            switch (type) {
                case "pHYs" -> dpi = length == 9 && bytes[at + 16] == 1 ? dpi(file.getInt(at + 8)) : 0;
                case "IDAT" -> pixels = true;
                case "IEND" -> {
                    if (!pixels) {
                        throw new RefusedException(Refusal.UNDECODABLE, name + ": an IDAT chunk expected, none found");
                    }
                    return new ImageHeader(header.width(), header.height(), dpi, true);
                }
                default -> {}
            }
            at += CHUNK_FRAME_BYTES + length;
        }
    }

    /** Width and height alone, from the first 24 bytes, for the limits that come before anything else. */
    static ImageHeader size(String name, byte[] bytes) throws RefusedException {
        if (bytes.length < 24) {
            throw new RefusedException(
                    Refusal.TRUNCATED, name + ": a PNG header of 24 bytes expected, " + bytes.length + " found");
        }
        ByteBuffer file = ByteBuffer.wrap(bytes);
        return header(
                name,
                file,
                SIGNATURE_BYTES,
                file.getInt(SIGNATURE_BYTES),
                new String(bytes, 12, 4, StandardCharsets.ISO_8859_1));
    }

    private static ImageHeader header(String name, ByteBuffer file, int at, int length, String type)
            throws RefusedException {
        if (!type.equals("IHDR") || length != 13) {
            throw new RefusedException(
                    Refusal.UNDECODABLE, name + ": an IHDR chunk of 13 bytes expected first, another found");
        }
        int width = file.getInt(at + 8);
        int height = file.getInt(at + 12);
        if (width < 1 || height < 1) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    name + ": at least 1 x 1 pixels expected, " + Integer.toUnsignedString(width) + " x "
                            + Integer.toUnsignedString(height) + " found");
        }
        return new ImageHeader(width, height, 0, true);
    }

    private static void checkSum(String name, byte[] bytes, int at, int length) throws RefusedException {
        CRC32 crc = new CRC32();
        crc.update(bytes, at + 4, length + 4);
        int stored = ByteBuffer.wrap(bytes).getInt(at + 8 + length);
        if ((int) crc.getValue() != stored) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    String.format(
                            "%s: chunk at byte %d: checksum %08x expected, %08x found",
                            name, at, stored, (int) crc.getValue()));
        }
    }

    private static int dpi(int dotsPerMetre) {
        return ImageHeader.dpiOfMetre(Integer.toUnsignedLong(dotsPerMetre));
    }
}
