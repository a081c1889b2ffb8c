package dev.scriptorium.ingest;

/** Told how an ingest goes on, by its thread. */
@FunctionalInterface
public interface IngestProgress {

    /**
     * A page is done, sent or refused, by this run or by an earlier one.
     *
     * @param number from 1 to {@code count}
     */
    default void page(Document document, int number, int count) {}

    /** A document is done, taken in or not. */
    void document(Document document);
}
