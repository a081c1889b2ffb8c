package dev.scriptorium.schemas;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;

/** Sorts what foreign serdes throw. */
final class Failures {
    /** Confluent's client, which this build does not know, throws it with the registry's code in the message. */
    private static final String CONFLUENT_REST_EXCEPTION = "RestClientException";

    private static final Pattern CONFLUENT_CODE = Pattern.compile("error code: (\\d+)");
    private static final String SCHEMA_NOT_FOUND = "40403";

    private Failures() {}

    /** The exception itself if it is sorted already or says more than a code could. */
    static RuntimeException coded(RuntimeException failure, ErrorCode usual, String expectation) {
        if (failure instanceof RecordException
                || failure instanceof InterruptException
                || failure instanceof ConfigException) {
            return failure;
        }
        List<Throwable> chain = Stream.<Throwable>iterate(failure, e -> e != null, Throwable::getCause)
                .toList();
        ErrorCode code = chain.stream()
                .filter(e -> registryAnswered(e) || registrySilent(e))
                .findFirst()
                .map(e ->
                        registryAnswered(e) ? answered(String.valueOf(e.getMessage())) : ErrorCode.REGISTRY_UNAVAILABLE)
                .orElse(usual);
        Throwable deepest = chain.get(chain.size() - 1);
        String reason = deepest == failure ? failure.toString() : failure + " because of " + deepest;
        return new RecordException(code, expectation + ", " + reason, failure);
    }

    private static boolean registryAnswered(Throwable e) {
        return e.getClass().getSimpleName().equals(CONFLUENT_REST_EXCEPTION);
    }

    /** Not every IOException: Avro throws those too, and about bytes that stay wrong. */
    private static boolean registrySilent(Throwable e) {
        return e instanceof SocketException
                || e instanceof SocketTimeoutException
                || e instanceof UnknownHostException
                || e instanceof SSLException;
    }

    /** The registry's codes begin with the HTTP status they stand for. */
    private static ErrorCode answered(String message) {
        Matcher matcher = CONFLUENT_CODE.matcher(message);
        String code = matcher.find() ? matcher.group(1) : "";
        if (code.equals(SCHEMA_NOT_FOUND)) {
            return ErrorCode.UNKNOWN_SCHEMA;
        }
        boolean passes = code.startsWith("5") || code.startsWith("408") || code.startsWith("429");
        return passes ? ErrorCode.REGISTRY_UNAVAILABLE : ErrorCode.REGISTRY_REFUSED;
    }
}
