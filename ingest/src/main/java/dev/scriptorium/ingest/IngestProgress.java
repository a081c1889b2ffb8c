package dev.scriptorium.ingest;

import java.util.List;

/** Told how an ingest goes on, by its thread. */
@FunctionalInterface
public interface IngestProgress {

    /** Stands for the number of a page where a document is refused as a whole. */
    int WHOLE_DOCUMENT = 0;

    /**
     * A document could be opened; this run has sent nothing of it yet.
     *
     * @param count how many pages it has
     * @param resumedAfter how many of them an earlier run, which was interrupted, was done with
     */
    default void opened(Document document, String documentId, int count, int resumedAfter) {}

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

    /** These documents of one page are in Kafka. */
    default void arrived(List<SentPage> pages) {}

    /**
     * All pages of a document of several are in Kafka, or refused. What is noted about how far it has come is forgotten
     * after this, so that whoever keeps books on documents can close theirs first.
     */
    default void sent(Document document) {}

    /** A document is done, taken in or not. */
    void document(Document document);
}
