package dev.scriptorium.worker.kafka;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which records of a partition a worker has in hand, as the note beside the partition's committed offset. The next owner
 * reads it, on whatever machine. What one worker had when it ended without a word may have been there by chance; what two
 * had, one after the other, is suspected of having ended them.
 *
 * @param begun offset behind the last record that was handed to the engine; 0 if the worker has none in hand
 * @param once offset behind the last record that was in hand when a worker ended without a word; 0 if there is none
 * @param twice the same for two workers
 * @param alone the record that is, or was last, read with no other beside it; -1 if there is none
 * @param attempts how often that one has been begun by workers, the present one included
 */
record InFlightNote(long begun, long once, long twice, long alone, int attempts) {
    private static final Pattern TEXT = Pattern.compile(
            "begun=(\\d{1,18}) once=(\\d{1,18}) twice=(\\d{1,18}) alone=(-1|\\d{1,18}) attempts=(\\d{1,9})");

    /** Nothing in hand, nothing suspected. */
    static final InFlightNote NONE = new InFlightNote(0, 0, 0, -1, 0);

    /** Reads a note; {@link #NONE} for one that a worker did not write. */
    static InFlightNote of(String text) {
        return Optional.ofNullable(text)
                .map(TEXT::matcher)
                .filter(Matcher::matches)
                .map(parts -> new InFlightNote(
                        Long.parseLong(parts.group(1)),
                        Long.parseLong(parts.group(2)),
                        Long.parseLong(parts.group(3)),
                        Long.parseLong(parts.group(4)),
                        Integer.parseInt(parts.group(5))))
                .orElse(NONE);
    }

    /** What is left to say once everything before an offset is done with. */
    InFlightNote from(long watermark) {
        boolean done = alone < watermark;
        return new InFlightNote(
                begun > watermark ? begun : 0,
                once > watermark ? once : 0,
                twice > watermark ? twice : 0,
                done ? -1 : alone,
                done ? 0 : attempts);
    }

    /** As the next owner takes it: what was in hand has now seen one worker more end. */
    InFlightNote inherited() {
        return new InFlightNote(0, Math.max(once, begun), Math.max(twice, Math.min(once, begun)), alone, attempts);
    }

    /** Whether a record is read alone. */
    boolean suspects(long offset) {
        return offset < twice;
    }

    /** How often a record has been begun by workers that ended without a word. */
    int attempts(long offset) {
        if (offset == alone) {
            return attempts;
        }
        if (offset < twice) {
            return 2;
        }
        return offset < once ? 1 : 0;
    }

    InFlightNote begin(long offset) {
        return new InFlightNote(Math.max(begun, offset + 1), once, twice, alone, attempts);
    }

    InFlightNote beginAlone(long offset) {
        return new InFlightNote(Math.max(begun, offset + 1), once, twice, offset, attempts(offset) + 1);
    }

    /** The record that was read alone is finished. */
    InFlightNote cleared() {
        return new InFlightNote(begun, once, twice, -1, 0);
    }

    /**
     * As a worker leaves it that gives the partition back in good order.
     *
     * @param working whether the record that is read alone is unfinished: then this time does not count
     */
    InFlightNote givenBack(boolean working) {
        return new InFlightNote(0, once, twice, alone, working ? attempts - 1 : attempts);
    }

    /** As it is written; empty if it says nothing. */
    String text() {
        if (equals(NONE)) {
            return "";
        }
        return "begun=" + begun + " once=" + once + " twice=" + twice + " alone=" + alone + " attempts=" + attempts;
    }
}
