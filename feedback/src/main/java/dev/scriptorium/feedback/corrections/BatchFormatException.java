package dev.scriptorium.feedback.corrections;

/** A file that is not in the format it should be in; the message names place, expectation and value. */
public final class BatchFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    BatchFormatException(String message) {
        super(message);
    }

    BatchFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
