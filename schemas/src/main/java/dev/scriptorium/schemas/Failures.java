package dev.scriptorium.schemas;

import java.io.IOException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;

/** Sorts what foreign serdes throw. */
final class Failures {
    /** How Confluent's client, which this build does not know, ends the message of a schema id nobody has. */
    private static final String CONFLUENT_REST_EXCEPTION = "RestClientException";

    private static final String SCHEMA_NOT_FOUND = "error code: 40403";

    private Failures() {}

    /** The exception itself if it is sorted already or says more than a code could. */
    static RuntimeException coded(RuntimeException failure, ErrorCode usual, String expectation) {
        if (failure instanceof RecordException
                || failure instanceof InterruptException
                || failure instanceof ConfigException) {
            return failure;
        }
        ErrorCode code = usual;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getSimpleName().equals(CONFLUENT_REST_EXCEPTION)) {
                code = String.valueOf(cause.getMessage()).contains(SCHEMA_NOT_FOUND)
                        ? ErrorCode.UNKNOWN_SCHEMA
                        : ErrorCode.REGISTRY_REFUSED;
                break;
            } else if (cause instanceof java.io.EOFException) {
                break;
            } else if (cause instanceof IOException) {
                code = ErrorCode.REGISTRY_UNAVAILABLE;
            }
        }
        return new RecordException(code, expectation + ", " + failure, failure);
    }
}
