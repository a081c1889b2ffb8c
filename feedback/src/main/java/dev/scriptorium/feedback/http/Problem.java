package dev.scriptorium.feedback.http;

/** A request that is answered with an error: a status, a code for machines, a message for people. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong; the names are part of the API. */
    enum Code {
        INVALID(400),
        UNAUTHORIZED(401),
        FORBIDDEN(403),
        NOT_FOUND(404),
        METHOD_NOT_ALLOWED(405),
        TOO_LARGE(413),
        UNSUPPORTED_MEDIA_TYPE(415),
        INTERNAL(500),
        UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private final Code code;

    Problem(Code code, String message) {
        this(code, message, null);
    }

    Problem(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    Code code() {
        return code;
    }
}
