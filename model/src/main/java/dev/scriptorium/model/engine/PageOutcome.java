package dev.scriptorium.model.engine;

/** How a page ended: read (well or not), or not readable at all. */
public sealed interface PageOutcome {

    /** The page was read; {@link PageReading#finish()} says how it ended. */
    record Read(PageReading reading) implements PageOutcome {}

    /**
     * The page could not be read.
     *
     * @param failure what kind of failure
     * @param message place, expectation and value, for people
     */
    record Failed(PageFailure failure, String message) implements PageOutcome {}
}
