package dev.scriptorium.schemas.http;

/** A request that is answered with an error: a status, a code for machines, a message for people. */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong; the names are part of the API. */
    public enum Code {
        INVALID(400),
        UNAUTHORIZED(401),
        FORBIDDEN(403),
        NOT_FOUND(404),
        METHOD_NOT_ALLOWED(405),
        /** A request that does not come, or not in the time that is given to it. */
        TOO_SLOW(408),
        CONFLICT(409),
        TOO_LARGE(413),
        UNSUPPORTED_MEDIA_TYPE(415),
        /** An idempotency key that was used for something else. */
        KEY_REUSED(422),
        INTERNAL(500),
        UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }
    }

    private final Code code;

    public Problem(Code code, String message) {
        this(code, message, null);
    }

    public Problem(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What is wrong, for machines. */
    public Code code() {
        return code;
    }
}
