package dev.scriptorium.ingest;

import dev.scriptorium.schemas.http.Access;
import dev.scriptorium.schemas.settings.Secret;
import dev.scriptorium.schemas.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How documents are taken in by HTTP.
 *
 * @param enabled false for not at all
 * @param host address to listen on; beyond loopback only with a token
 * @param port 0 for a free one
 * @param token who knows it may come in; without one, everybody on this machine
 * @param dir where uploads lie until their pages are sent; survives restarts and belongs to one process at a time
 * @param maxUploadBytes largest document
 * @param patience how long a client may be slow: the head of a request has to be in within this time, and of each such
 *     time that is spent waiting for the client, the least rate has to come of it
 * @param minBytesPerSecond what a client has to send, and to read, at least
 * @param senders documents that are taken in at the same time
 * @param maxWaiting documents that may wait for that
 * @param maxStreams requests for events that are answered at the same time
 * @param heartbeat how long a stream of events is silent at most
 * @param keyRetention how long an idempotency key is remembered
 */
public record HttpSettings(
        @Setting(value = "true", doc = "take documents by HTTP")
        boolean enabled,

        @Setting(value = "127.0.0.1", doc = "address to listen on; beyond loopback only with a token")
        String host,

        @Setting(value = "8082", min = 0, max = 65535, doc = "port to listen on; 0 for a free one")
        int port,

        @Setting(doc = "bearer token of those who may come in")
        Optional<Secret> token,

        @Setting(doc = "folder of uploads whose pages are not sent yet")
        Optional<Path> dir,

        @Setting(value = "1GiB", min = 1, doc = "largest document")
        long maxUploadBytes,

        @Setting(value = "20s", doc = "how long a client may be slow")
        Duration patience,

        @Setting(value = "8192", min = 1, doc = "what a client that is not slow sends and reads a second")
        long minBytesPerSecond,

        @Setting(value = "2", min = 1, max = 64, doc = "documents that are taken in at the same time")
        int senders,

        @Setting(value = "1000", min = 1, doc = "documents that may wait for that")
        int maxWaiting,

        @Setting(value = "64", min = 1, max = 10_000, doc = "requests for events that are answered at the same time")
        int maxStreams,

        @Setting(value = "15s", doc = "how long a stream of events is silent at most")
        Duration heartbeat,

        @Setting(value = "24h", doc = "how long an idempotency key is remembered")
        Duration keyRetention) {

    /** On port 8082 of this machine, up to 1 GiB, without a token. */
    public static final HttpSettings DEFAULT = new HttpSettings(
            true,
            "127.0.0.1",
            8082,
            Optional.empty(),
            Optional.empty(),
            1L << 30,
            Duration.ofSeconds(20),
            8192,
            2,
            1000,
            64,
            Duration.ofSeconds(15),
            Duration.ofHours(24));

    public HttpSettings {
        Objects.requireNonNull(dir, "dir");
        if (token.filter(secret -> secret.reveal().isBlank()).isPresent()) {
            throw new IllegalArgumentException("token: a secret expected, blank found");
        }
        if (enabled && token.isEmpty() && !Access.isLoopback(host)) {
            throw new IllegalArgumentException("host=" + host + ": loopback expected where there is no token");
        }
        requirePositive("heartbeat", heartbeat);
        requirePositive("patience", patience);
    }

    private static void requirePositive(String name, Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException(name + ": more than nothing expected, " + time + " found");
        }
    }
}
