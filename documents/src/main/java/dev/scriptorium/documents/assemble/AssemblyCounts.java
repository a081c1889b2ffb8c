package dev.scriptorium.documents.assemble;

import java.util.concurrent.atomic.LongAdder;

/** What the assembly has done since it started, for the log. Thread-safe. */
public final class AssemblyCounts {
    private final LongAdder complete = new LongAdder();
    private final LongAdder incomplete = new LongAdder();
    private final LongAdder withdrawn = new LongAdder();
    private final LongAdder refused = new LongAdder();

    void publish(boolean whole) {
        (whole ? complete : incomplete).increment();
    }

    void withdraw() {
        withdrawn.increment();
    }

    void refuse() {
        refused.increment();
    }

    /** Revisions of documents of which every page was read. */
    public long complete() {
        return complete.sum();
    }

    /** Revisions of documents with missing pages. */
    public long incomplete() {
        return incomplete.sum();
    }

    /** Documents that were forgotten. */
    public long withdrawn() {
        return withdrawn.sum();
    }

    /** Records that nobody can read. */
    public long refused() {
        return refused.sum();
    }

    @Override
    public String toString() {
        return "complete=" + complete + " incomplete=" + incomplete + " withdrawn=" + withdrawn + " refused=" + refused;
    }
}
