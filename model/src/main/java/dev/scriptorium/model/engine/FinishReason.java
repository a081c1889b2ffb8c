package dev.scriptorium.model.engine;

/** Why the text of a page ended where it did. */
public enum FinishReason {
    /** The model said it was done. */
    OK,
    /** Cut at the token limit: the text is not whole. */
    LENGTH,
    /** Stopped because the model repeated itself. */
    LOOP,
    /** No ink was found, so the model was not asked. */
    BLANK
}
