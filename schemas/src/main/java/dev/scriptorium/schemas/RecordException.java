package dev.scriptorium.schemas;

import java.util.Objects;
import org.apache.kafka.common.errors.SerializationException;

/**
 * A record or its blob could not be read or written; {@link #code()} says why and thereby what to do. The message
 * names place, expectation and value.
 */
public class RecordException extends SerializationException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public RecordException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public RecordException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** What went wrong. */
    public ErrorCode code() {
        return code;
    }
}
