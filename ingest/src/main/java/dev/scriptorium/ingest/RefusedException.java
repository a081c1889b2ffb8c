package dev.scriptorium.ingest;

import java.util.Objects;

/** A document or a page that cannot be taken in. The message names the file, what was expected and what was found. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal reason;
    private final boolean text;

    RefusedException(Refusal reason, String message) {
        this(reason, message, null);
    }

    RefusedException(Refusal reason, String message, Throwable cause) {
        this(reason, message, cause, false);
    }

    private RefusedException(Refusal reason, String message, Throwable cause, boolean text) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.text = text;
    }

    /** A file that is plain text. */
    static RefusedException ofText(String message) {
        return new RefusedException(Refusal.NOT_AN_IMAGE, message, null, true);
    }

    /** What is wrong, for those who count. */
    public Refusal reason() {
        return reason;
    }

    /** True if the file is plain text, such as a note or a table. */
    boolean isText() {
        return text;
    }
}
