package dev.scriptorium.model.engine;

import java.util.List;

/**
 * Reads pages, many at a time. One thread drives it: {@link #add} admits a page, {@link #step} moves
 * every page in flight forward and hands out those that finished, in any order.
 *
 * <p>Nothing here throws because of a page: a page that cannot be read finishes as {@link
 * PageOutcome.Failed}. An exception means that the engine itself is broken.
 *
 * <p>Not thread-safe.
 */
public interface PageEngine extends AutoCloseable {

    /**
     * Admits a page.
     *
     * @param ticket the caller's number for it, unique among the pages in flight
     */
    void add(long ticket, PageRequest page);

    /** Does one bounded piece of work; returns at once with an empty list when nothing is in flight. */
    List<FinishedPage> step();

    /** Forgets a page: it will not finish. Unknown tickets are ignored. */
    void cancel(long ticket);

    /** Pages added and neither finished nor cancelled. */
    int inFlight();

    /** sha256 of the model's files, lower-case hex: which weights read the page. */
    String modelDigest();

    @Override
    void close();
}
