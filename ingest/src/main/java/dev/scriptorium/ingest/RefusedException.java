package dev.scriptorium.ingest;

import java.util.Objects;

/** A document or a page that cannot be taken in. The message names the file, what was expected and what was found. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal reason;

    RefusedException(Refusal reason, String message) {
        this(reason, message, null);
    }

    RefusedException(Refusal reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** What is wrong, for those who count. */
    public Refusal reason() {
        return reason;
    }
}
