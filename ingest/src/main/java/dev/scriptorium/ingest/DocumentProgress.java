package dev.scriptorium.ingest;

import java.util.BitSet;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a document has come.
 *
 * @param done pages up to this one were sent or refused
 * @param count how many pages the document has
 * @param asked what was asked for the pages, shortened to a digest: with other settings it is another undertaking
 * @param refused pages among the done ones that were not sent; tried again, so that each run names them all
 */
record DocumentProgress(int done, int count, String asked, BitSet refused) {
    private static final Pattern NOTE = Pattern.compile("pages=(\\d+) asked=(\\w+) refused=([0-9,-]*)");
    private static final Pattern RANGE = Pattern.compile("(\\d+)(?:-(\\d+))?");

    /** Kafka takes 4,096 bytes. */
    private static final int MAX_REFUSED_CHARS = 3500;

    DocumentProgress {
        refused = (BitSet) refused.clone();
    }

    /** Nothing done yet. */
    static DocumentProgress start(int count, String asked) {
        return new DocumentProgress(0, count, asked, new BitSet());
    }

    @Override
    public BitSet refused() {
        return (BitSet) refused.clone();
    }

    /** True if the page has yet to be sent. */
    boolean lacks(int number) {
        return number > done || refused.get(number);
    }

    /** True if this is of the same pages and asks the same for them. */
    boolean fits(DocumentProgress other) {
        return count == other.count && asked.equals(other.asked);
    }

    DocumentProgress sent(int number) {
        BitSet left = refused();
        left.clear(number);
        return new DocumentProgress(Math.max(done, number), count, asked, left);
    }

    DocumentProgress refused(int number) {
        BitSet more = refused();
        more.set(number);
        return new DocumentProgress(Math.max(done, number), count, asked, more);
    }

    /** Everything but {@link #done}, as the note beside an offset. */
    String note() {
        StringBuilder ranges = new StringBuilder();
        for (int from = refused.nextSetBit(0); from >= 0 && ranges.length() < MAX_REFUSED_CHARS; ) {
            int to = refused.nextClearBit(from) - 1;
            ranges.append(ranges.length() == 0 ? "" : ",").append(from).append(to == from ? "" : "-" + to);
            from = refused.nextSetBit(to + 1);
        }
        return "pages=" + count + " asked=" + asked + " refused=" + ranges;
    }

    /** Reads a note; empty for one that this program did not write. */
    static Optional<DocumentProgress> of(long done, String note) {
        Matcher parts = NOTE.matcher(note);
        if (!parts.matches()) {
            return Optional.empty();
        }
        BitSet refused = new BitSet();
        for (Matcher range = RANGE.matcher(parts.group(3)); range.find(); ) {
            int from = Integer.parseInt(range.group(1));
            int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
            refused.set(from, to + 1);
        }
        return Optional.of(new DocumentProgress((int) done, Integer.parseInt(parts.group(1)), parts.group(2), refused));
    }
}
