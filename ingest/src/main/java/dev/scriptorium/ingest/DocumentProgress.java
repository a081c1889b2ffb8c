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
        return "pages=" + count + " asked=" + asked + " refused=" + PageRanges.text(refused, MAX_REFUSED_CHARS);
    }

    /** Reads a note; empty for one that this program did not write. */
    static Optional<DocumentProgress> of(long done, String note) {
        Matcher parts = NOTE.matcher(note);
        if (!parts.matches()) {
            return Optional.empty();
        }
        BitSet refused;
        try {
            refused = PageRanges.parse(parts.group(3));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.of(new DocumentProgress((int) done, Integer.parseInt(parts.group(1)), parts.group(2), refused));
    }
}
