package dev.scriptorium.ingest;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of pages as text: {@code 1-3,7}. */
public final class PageRanges {
    private static final Pattern RANGES = Pattern.compile("(\\d{1,9}(-\\d{1,9})?(,\\d{1,9}(-\\d{1,9})?)*)?");
    private static final Pattern RANGE = Pattern.compile("(\\d+)(?:-(\\d+))?");

    /** More pages than any document has. */
    private static final int MAX_PAGE = 1_000_000;

    private PageRanges() {}

    /** Writes pages. */
    public static String text(BitSet pages) {
        return text(pages, Integer.MAX_VALUE);
    }

    /** Writes pages; those for which there is no room any more are left out. */
    static String text(BitSet pages, int maxChars) {
        StringBuilder ranges = new StringBuilder();
        for (int from = pages.nextSetBit(0); from >= 0 && ranges.length() < maxChars; ) {
            int to = pages.nextClearBit(from) - 1;
            ranges.append(ranges.length() == 0 ? "" : ",").append(from).append(to == from ? "" : "-" + to);
            from = pages.nextSetBit(to + 1);
        }
        return ranges.toString();
    }

    /**
     * Reads pages.
     *
     * @throws IllegalArgumentException if the text is of another form, or a number too large
     */
    public static BitSet parse(String text) {
        if (!RANGES.matcher(text).matches()) {
            throw new IllegalArgumentException("numbers of pages such as 1-3,7 expected, '" + text + "' found");
        }
        BitSet pages = new BitSet();
        for (Matcher range = RANGE.matcher(text); range.find(); ) {
            int from = Integer.parseInt(range.group(1));
            int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
            if (from > to || to > MAX_PAGE) {
                throw new IllegalArgumentException("numbers of pages up to " + MAX_PAGE + ", the smaller one first,"
                        + " expected, '" + range.group() + "' found");
            }
            pages.set(from, to + 1);
        }
        return pages;
    }
}
