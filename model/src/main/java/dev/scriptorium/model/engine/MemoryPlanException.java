package dev.scriptorium.model.engine;

/** An engine would need more memory than there is, or than it was given. It has not begun to take any. */
public final class MemoryPlanException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    MemoryPlanException(String message) {
        super(message);
    }
}
