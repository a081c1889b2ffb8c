package dev.scriptorium.feedback.labels;

import java.util.concurrent.atomic.LongAdder;

/** What the topology has done since it started, for the log. Thread-safe. */
public final class FeedbackCounts {
    private final LongAdder labeled = new LongAdder();
    private final LongAdder quarantined = new LongAdder();
    private final LongAdder withdrawn = new LongAdder();
    private final LongAdder refused = new LongAdder();

    void dispatched(Dispatch.Place stood, Dispatch.Place stands) {
        switch (stands) {
            case LABELED -> labeled.increment();
            case QUARANTINE -> quarantined.increment();
            case NOWHERE -> {
                if (stood != Dispatch.Place.NOWHERE) {
                    withdrawn.increment();
                }
            }
        }
    }

    void refuse() {
        refused.increment();
    }

    /** Labels written, also those that replace an earlier one. */
    public long labeled() {
        return labeled.sum();
    }

    /** Labels put into quarantine. */
    public long quarantined() {
        return quarantined.sum();
    }

    /** Labels taken back. */
    public long withdrawn() {
        return withdrawn.sum();
    }

    /** Records that nobody can read. */
    public long refused() {
        return refused.sum();
    }

    @Override
    public String toString() {
        return "labeled=" + labeled + " quarantined=" + quarantined + " withdrawn=" + withdrawn + " refused=" + refused;
    }
}
