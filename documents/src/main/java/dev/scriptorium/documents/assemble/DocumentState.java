package dev.scriptorium.documents.assemble;

import java.util.Objects;

/**
 * What is known of a document as a whole; its pages are kept one by one, so that news of one costs the same however many
 * there are.
 *
 * @param name what people call it
 * @param pageCount how many pages it has; 0 if nobody said
 * @param countedAt when that was said, milliseconds since 1970
 * @param read pages up to the count that were read
 * @param failed pages up to the count that were given up
 * @param changedAt when there was news last, by the clock of this process
 * @param revision of what was published last; 0 for nothing
 * @param published what was published last
 */
record DocumentState(
        String name,
        int pageCount,
        long countedAt,
        int read,
        int failed,
        long changedAt,
        int revision,
        Published published) {
    /** How much was known when the document was published. */
    enum Published {
        /** It never was. */
        NOTHING,
        /** Pages were still to come. */
        SOME,
        /** Every page had been read or given up. */
        ENDED,
        /** Every page had been read. */
        COMPLETE
    }

    static final DocumentState NEW = new DocumentState("", 0, Long.MIN_VALUE, 0, 0, 0, 0, Published.NOTHING);

    DocumentState {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(published, "published");
    }

    /** How much is known now. */
    Published knows() {
        if (pageCount == 0 || read + failed < pageCount) {
            return Published.SOME;
        }
        return failed == 0 ? Published.COMPLETE : Published.ENDED;
    }

    DocumentState counted(int newCount, long at, int newRead, int newFailed) {
        return new DocumentState(name, newCount, at, newRead, newFailed, changedAt, revision, published);
    }

    DocumentState with(int moreRead, int moreFailed) {
        return new DocumentState(
                name, pageCount, countedAt, read + moreRead, failed + moreFailed, changedAt, revision, published);
    }

    DocumentState named(String newName) {
        return new DocumentState(newName, pageCount, countedAt, read, failed, changedAt, revision, published);
    }

    DocumentState changed(long now) {
        return new DocumentState(name, pageCount, countedAt, read, failed, now, revision, published);
    }

    DocumentState withNextRevision() {
        return new DocumentState(name, pageCount, countedAt, read, failed, changedAt, revision + 1, knows());
    }
}
