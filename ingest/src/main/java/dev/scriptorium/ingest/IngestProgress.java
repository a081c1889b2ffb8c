package dev.scriptorium.ingest;

/** Told how an ingest goes on, by its thread. */
@FunctionalInterface
public interface IngestProgress {

    /** Stands for the number of a page where a document is refused as a whole. */
    int WHOLE_DOCUMENT = 0;

    /**
     * A document could be opened; nothing of it is sent yet.
     *
     * @param count how many pages it has
     */
    default void opened(Document document, int count) {}

    /**
     * A page is done, sent or refused, by this run or by an earlier one.
     *
     * @param number from 1 to {@code count}
     */
    default void page(Document document, int number, int count) {}

    /**
     * A document or a page of it is not taken in.
     *
     * @param number the page, or {@link #WHOLE_DOCUMENT}
     */
    default void refused(Document document, int number, RefusedException refusal) {}

    /**
     * All pages of a document of several are in Kafka, or refused. What is noted about how far it has come is forgotten
     * after this, so that whoever keeps books on documents can close theirs first.
     */
    default void sent(Document document) {}

    /** A document is done, taken in or not. */
    void document(Document document);
}
