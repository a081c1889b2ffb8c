package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.SourceOffset;
import java.util.Comparator;
import java.util.Objects;

/**
 * What one reviewer says about a page.
 *
 * @param correction their words
 * @param source where the record lies in {@code ocr.corrections}
 * @param timestamp of the record, milliseconds since 1970: when it was said, however late it arrived
 */
record Vote(Correction correction, SourceOffset source, long timestamp) {
    /** Later words count; of two in the same millisecond, the one that arrived later. */
    static final Comparator<Vote> BY_TIME = Comparator.comparingLong(Vote::timestamp)
            .thenComparingLong(vote -> vote.source().getOffset());

    Vote {
        Objects.requireNonNull(correction, "correction");
        Objects.requireNonNull(source, "source");
    }

    String reviewer() {
        return correction.getReviewer();
    }

    boolean isBy(String reviewer) {
        return reviewer().equals(reviewer);
    }
}
