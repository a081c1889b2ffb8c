package dev.scriptorium.ingest;

/** An open document, read page by page so that one page is in memory at a time. Used by one thread. */
public interface DocumentPages extends AutoCloseable {

    /** SHA-256 of the document, lower-case hexadecimal, unless the caller named one. */
    String documentId();

    /** How many pages there are, at least one. */
    int count();

    /**
     * Reads one page.
     *
     * @param number from 1 to {@link #count()}
     * @throws RefusedException if this page cannot be taken in; others may still be
     */
    Page read(int number) throws RefusedException;

    @Override
    void close();
}
