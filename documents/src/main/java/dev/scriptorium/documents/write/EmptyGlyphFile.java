package dev.scriptorium.documents.write;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A TrueType file with one glyph besides the obligatory one, both empty, and the tables that PDF asks of a font it embeds.
 *
 * @see <a href="https://learn.microsoft.com/typography/opentype/spec/otff">OpenType, the font file</a>
 */
final class EmptyGlyphFile {
    static final int UNITS = 1000;
    static final int ADVANCE = 500;
    static final int ASCENT = 800;
    static final int DESCENT = -200;

    /** The glyph's number. */
    static final int GLYPH = 1;

    private static final int GLYPHS = 2;
    private static final int VERSION = 0x00010000;
    private static final int HEAD_MAGIC = 0x5F0F3CF5;
    private static final int WHOLE_FILE = 0xB1B0AFBA;
    private static final int HEAD_ADJUSTMENT = 8;
    private static final byte[] FILE = write();

    private EmptyGlyphFile() {}

    static byte[] bytes() {
        return FILE.clone();
    }

    private static byte[] write() {
        Map<String, ByteBuffer> tables = new TreeMap<>(Map.of(
                "glyf", ByteBuffer.allocate(4),
                "head", head(),
                "hhea", hhea(),
                "hmtx", hmtx(),
                "loca", ByteBuffer.allocate(2 * (GLYPHS + 1)),
                "maxp", maxp()));
        int size = 12 + 16 * tables.size();
        for (ByteBuffer table : tables.values()) {
            size += padded(table.capacity());
        }
        ByteBuffer file = ByteBuffer.allocate(size);
        // Six tables: the greatest power of two below is four.
        file.putInt(VERSION)
                .putShort((short) tables.size())
                .putShort((short) 64)
                .putShort((short) 2);
        file.putShort((short) (16 * tables.size() - 64));
        int offset = 12 + 16 * tables.size();
        int head = 0;
        for (Map.Entry<String, ByteBuffer> entry : tables.entrySet()) {
            byte[] table = entry.getValue().array();
            file.put(entry.getKey().getBytes(StandardCharsets.US_ASCII));
            file.putInt(checksum(ByteBuffer.wrap(Arrays.copyOf(table, padded(table.length)))));
            file.putInt(offset).putInt(table.length);
            file.duplicate().position(offset).put(table);
            head = entry.getKey().equals("head") ? offset : head;
            offset += padded(table.length);
        }
        file.putInt(head + HEAD_ADJUSTMENT, WHOLE_FILE - checksum(file.rewind()));
        return file.array();
    }

    private static int padded(int length) {
        return (length + 3) & ~3;
    }

    private static int checksum(ByteBuffer words) {
        int sum = 0;
        while (words.hasRemaining()) {
            sum += words.getInt();
        }
        return sum;
    }

    private static ByteBuffer head() {
        ByteBuffer table = ByteBuffer.allocate(54);
        table.putInt(VERSION).putInt(VERSION).putInt(0).putInt(HEAD_MAGIC);
        table.putShort((short) 0b11).putShort((short) UNITS); // baseline and left bearing at 0
        table.putLong(0).putLong(0); // made and changed: never
        table.putShort((short) 0)
                .putShort((short) DESCENT)
                .putShort((short) ADVANCE)
                .putShort((short) ASCENT);
        table.putShort((short) 0).putShort((short) 8).putShort((short) 2); // plain, from 8 pixels, left to right
        return table.putShort((short) 0).putShort((short) 0); // short offsets
    }

    private static ByteBuffer hhea() {
        ByteBuffer table = ByteBuffer.allocate(36);
        table.putInt(VERSION).putShort((short) ASCENT).putShort((short) DESCENT).putShort((short) 0);
        table.putShort((short) ADVANCE);
        return table.putShort(18, (short) 1).putShort(34, (short) GLYPHS); // upright; widths of all glyphs
    }

    private static ByteBuffer hmtx() {
        ByteBuffer table = ByteBuffer.allocate(4 * GLYPHS);
        for (int glyph = 0; glyph < GLYPHS; glyph++) {
            table.putShort((short) ADVANCE).putShort((short) 0);
        }
        return table;
    }

    private static ByteBuffer maxp() {
        return ByteBuffer.allocate(32).putInt(VERSION).putShort((short) GLYPHS).putShort(14, (short) 1);
    }
}
