package dev.scriptorium.model.engine;

/**
 * A page that left the engine.
 *
 * @param ticket the number under which it was added
 * @param outcome how it ended
 */
public record FinishedPage(long ticket, PageOutcome outcome) {}
