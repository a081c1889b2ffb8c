package dev.scriptorium.worker.kafka;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which records of a partition a worker has in hand, as the note beside the partition's committed offset. The next owner
 * reads it, on whatever machine: what a worker had when it ended without a word is suspected of having ended it.
 *
 * @param begun offset behind the last record that was handed to the engine; 0 if the worker has none in hand
 * @param suspects offset behind the last record that was in hand when a worker ended without a word; 0 if there is none
 * @param alone the record that is, or was last, read with no other beside it; -1 if there is none
 * @param attempts how often that one has been begun, the time before it was suspected included
 */
record InFlightNote(long begun, long suspects, long alone, int attempts) {
    private static final Pattern TEXT =
            Pattern.compile("begun=(\\d{1,18}) suspects=(\\d{1,18}) alone=(-1|\\d{1,18}) attempts=(\\d{1,9})");

    /** Nothing in hand, nothing suspected. */
    static final InFlightNote NONE = new InFlightNote(0, 0, -1, 0);

    /** Reads a note; {@link #NONE} for one that a worker did not write. */
    static InFlightNote of(String text) {
        return Optional.ofNullable(text)
                .map(TEXT::matcher)
                .filter(Matcher::matches)
                .map(parts -> new InFlightNote(
                        Long.parseLong(parts.group(1)),
                        Long.parseLong(parts.group(2)),
                        Long.parseLong(parts.group(3)),
                        Integer.parseInt(parts.group(4))))
                .orElse(NONE);
    }

    /** What is left to say once everything before an offset is done with. */
    InFlightNote from(long watermark) {
        boolean done = alone < watermark;
        return new InFlightNote(
                begun > watermark ? begun : 0,
                suspects > watermark ? suspects : 0,
                done ? -1 : alone,
                done ? 0 : attempts);
    }

    /** As the next owner takes it: what was in hand is suspected now. */
    InFlightNote inherited() {
        return new InFlightNote(0, Math.max(suspects, begun), alone, attempts);
    }

    boolean suspects(long offset) {
        return offset < suspects;
    }

    /** How often a record has been begun by workers that ended without a word. */
    int attempts(long offset) {
        if (offset == alone) {
            return attempts;
        }
        return suspects(offset) ? 1 : 0;
    }

    InFlightNote begin(long offset) {
        return new InFlightNote(Math.max(begun, offset + 1), suspects, alone, attempts);
    }

    InFlightNote beginAlone(long offset) {
        return new InFlightNote(Math.max(begun, offset + 1), suspects, offset, attempts(offset) + 1);
    }

    /**
     * As a worker leaves it that gives the partition back in good order.
     *
     * @param working whether the record that is read alone is unfinished: then this time does not count
     */
    InFlightNote givenBack(boolean working) {
        return new InFlightNote(0, suspects, alone, working ? attempts - 1 : attempts);
    }

    /** As it is written; empty if it says nothing. */
    String text() {
        if (equals(NONE)) {
            return "";
        }
        return "begun=" + begun + " suspects=" + suspects + " alone=" + alone + " attempts=" + attempts;
    }
}
