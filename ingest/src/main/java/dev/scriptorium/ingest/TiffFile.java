package dev.scriptorium.ingest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Walks the directories of a TIFF or BigTIFF file without decoding: which pages there are, how large, and that their
 * data lies inside the file. A chain of directories that bites its tail, and numbers that would make a decoder
 * allocate without bounds, are refused here.
 *
 * @see <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">TIFF 6.0, section 2</a>
 */
final class TiffFile {
    private static final int NEW_SUBFILE_TYPE = 254;
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS_PER_SAMPLE = 258;
    private static final int STRIP_OFFSETS = 273;
    private static final int ORIENTATION = 274;
    private static final int SAMPLES_PER_PIXEL = 277;
    private static final int STRIP_BYTE_COUNTS = 279;
    private static final int X_RESOLUTION = 282;
    private static final int RESOLUTION_UNIT = 296;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTE_COUNTS = 325;

    private static final int THUMBNAIL_OR_MASK = 1 | 4;
    private static final int MAX_SAMPLES = 8;
    private static final int MAX_BITS = 32;
    private static final int MAX_ENTRIES = 4096;
    private static final int MAX_VALUES = 1 << 20;

    /**
     * One page.
     *
     * @param index place in the chain of directories, from 0
     * @param header size and resolution
     * @param orientation 1 to 8, as the tag says: which corner comes first
     */
    record Page(int index, ImageHeader header, int orientation) {}

    /** One tag's type, number of values, and where they are. */
    private record Entry(int type, long count, long valueAt) {}

    private final String name;
    private final FileChannel channel;
    private final long length;
    private ByteOrder order;
    private boolean big;

    private TiffFile(String name, FileChannel channel) throws IOException {
        this.name = name;
        this.channel = channel;
        this.length = channel.size();
    }

    /**
     * Finds the pages, leaving out thumbnails and masks.
     *
     * @param name what errors call the file
     * @param maxPages how many directories are followed before the file is refused
     * @throws RefusedException if the chain of directories is broken
     */
    static List<Page> pages(String name, FileChannel channel, int maxPages) throws IOException, RefusedException {
        return new TiffFile(name, channel).pages(maxPages);
    }

    private List<Page> pages(int maxPages) throws IOException, RefusedException {
        ByteBuffer start = read(0, 8, ByteOrder.BIG_ENDIAN);
        order = start.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        big = start.order(order).getShort(2) == 43;
        long offset = big ? read(8, 8, order).getLong() : Integer.toUnsignedLong(start.getInt(4));
        List<Page> pages = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        for (int index = 0; offset != 0; index++) {
            if (!seen.add(offset)) {
                throw new RefusedException(
                        Refusal.UNDECODABLE,
                        name + ": a chain of directories expected, a circle at byte " + offset + " found");
            }
            if (index >= maxPages) {
                throw new RefusedException(
                        Refusal.OVERSIZE, name + ": at most " + maxPages + " pages expected, more found");
            }
            offset = directory(index, offset, pages);
        }
        if (pages.isEmpty()) {
            throw new RefusedException(Refusal.UNDECODABLE, name + ": at least one page expected, none found");
        }
        return List.copyOf(pages);
    }

    /** Reads one directory, adds its page, and returns where the next one is. */
    private long directory(int index, long offset, List<Page> pages) throws IOException, RefusedException {
        int countBytes = big ? 8 : 2;
        ByteBuffer head = read(offset, countBytes, order);
        long entries = big ? head.getLong() : head.getShort() & 0xFFFF;
        if (entries < 1 || entries > MAX_ENTRIES) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    name + ": directory " + index + ": 1 to " + MAX_ENTRIES + " entries expected, " + entries
                            + " found");
        }
        int entryBytes = big ? 20 : 12;
        long entriesAt = offset + countBytes;
        int tableBytes = (int) entries * entryBytes;
        ByteBuffer table = read(entriesAt, tableBytes + (big ? 8 : 4), order);
        Map<Integer, Entry> tags = new HashMap<>();
        for (int i = 0; i < entries; i++) {
            int at = i * entryBytes;
            int type = table.getShort(at + 2) & 0xFFFF;
            long count = big ? table.getLong(at + 4) : Integer.toUnsignedLong(table.getInt(at + 4));
            int valueAt = at + (big ? 12 : 8);
            int inlineBytes = big ? 8 : 4;
            boolean inline = count >= 0 && count * bytesOf(type) <= inlineBytes && count <= inlineBytes;
            long place = inline
                    ? entriesAt + valueAt
                    : big ? table.getLong(valueAt) : Integer.toUnsignedLong(table.getInt(valueAt));
            tags.putIfAbsent(table.getShort(at) & 0xFFFF, new Entry(type, count, place));
        }
        if ((value(tags, NEW_SUBFILE_TYPE, 0) & THUMBNAIL_OR_MASK) == 0) {
            pages.add(page(index, tags));
        }
        return big ? table.getLong(tableBytes) : Integer.toUnsignedLong(table.getInt(tableBytes));
    }

    private Page page(int index, Map<Integer, Entry> tags) throws IOException, RefusedException {
        String place = name + ": directory " + index;
        long width = value(tags, WIDTH, 0);
        long height = value(tags, HEIGHT, 0);
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    place + ": 1 to " + Integer.MAX_VALUE + " pixels a side expected, " + width + " x " + height
                            + " found");
        }
        long samples = value(tags, SAMPLES_PER_PIXEL, 1);
        if (samples < 1 || samples > MAX_SAMPLES) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    place + ": 1 to " + MAX_SAMPLES + " samples a pixel expected, " + samples + " found");
        }
        for (long bits : values(tags, BITS_PER_SAMPLE)) {
            if (bits < 1 || bits > MAX_BITS) {
                throw new RefusedException(
                        Refusal.UNDECODABLE,
                        place + ": 1 to " + MAX_BITS + " bits a sample expected, " + bits + " found");
            }
        }
        checkData(place, values(tags, STRIP_OFFSETS), values(tags, STRIP_BYTE_COUNTS));
        checkData(place, values(tags, TILE_OFFSETS), values(tags, TILE_BYTE_COUNTS));
        long orientation = value(tags, ORIENTATION, 1);
        return new Page(
                index,
                new ImageHeader((int) width, (int) height, dpi(tags), false),
                orientation >= 1 && orientation <= 8 ? (int) orientation : 1);
    }

    private void checkData(String place, long[] offsets, long[] counts) throws RefusedException {
        for (int i = 0; i < Math.min(offsets.length, counts.length); i++) {
            if (offsets[i] < 0 || counts[i] < 0 || offsets[i] > length - counts[i]) {
                throw new RefusedException(
                        Refusal.TRUNCATED,
                        place + ": " + counts[i] + " bytes at byte " + offsets[i] + " expected, the file has "
                                + length);
            }
        }
    }

    private int dpi(Map<Integer, Entry> tags) throws IOException, RefusedException {
        Entry entry = tags.get(X_RESOLUTION);
        if (entry == null || entry.type() != 5 || entry.count() != 1 || entry.valueAt() > length - 8) {
            return 0;
        }
        ByteBuffer fraction = read(entry.valueAt(), 8, order);
        long numerator = Integer.toUnsignedLong(fraction.getInt());
        long denominator = Integer.toUnsignedLong(fraction.getInt());
        if (denominator == 0) {
            return 0;
        }
        return switch ((int) value(tags, RESOLUTION_UNIT, 2)) {
            case 2 -> (int) Math.min(100_000, numerator / denominator);
            case 3 -> ImageHeader.dpiOfMetre(100 * numerator / denominator);
            default -> 0;
        };
    }

    private long value(Map<Integer, Entry> tags, int tag, long missing) throws IOException, RefusedException {
        long[] values = values(tags, tag);
        return values.length == 0 ? missing : values[0];
    }

    /** A tag's whole numbers; none if it is missing or of another type. */
    private long[] values(Map<Integer, Entry> tags, int tag) throws IOException, RefusedException {
        Entry entry = tags.get(tag);
        if (entry == null || !isWholeNumber(entry.type())) {
            return new long[0];
        }
        if (entry.count() < 0 || entry.count() > MAX_VALUES) {
            throw new RefusedException(
                    Refusal.UNDECODABLE,
                    name + ": tag " + tag + ": at most " + MAX_VALUES + " values expected, " + entry.count()
                            + " found");
        }
        int bytes = bytesOf(entry.type());
        ByteBuffer source = read(entry.valueAt(), (int) entry.count() * bytes, order);
        long[] values = new long[(int) entry.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (bytes) {
                case 1 -> source.get() & 0xFF;
                case 2 -> source.getShort() & 0xFFFF;
                case 4 -> Integer.toUnsignedLong(source.getInt());
                default -> source.getLong();
            };
        }
        return values;
    }

    private static boolean isWholeNumber(int type) {
        return type == 1 || type == 3 || type == 4 || type == 13 || type == 16 || type == 18;
    }

    private static int bytesOf(int type) {
        return switch (type) {
            case 1, 2, 6, 7 -> 1;
            case 3, 8 -> 2;
            case 4, 9, 11, 13 -> 4;
            default -> 8;
        };
    }

    private ByteBuffer read(long at, int bytes, ByteOrder byteOrder) throws IOException, RefusedException {
        if (at < 0 || at > length - bytes) {
            throw new RefusedException(
                    Refusal.TRUNCATED,
                    name + ": " + bytes + " bytes at byte " + Long.toUnsignedString(at) + " expected, the file has "
                            + length);
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(byteOrder);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new RefusedException(Refusal.TRUNCATED, name + ": became shorter while it was read");
            }
        }
        return buffer.flip();
    }
}
