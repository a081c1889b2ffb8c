package dev.scriptorium.feedback.http;

import com.sun.net.httpserver.HttpExchange;
import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.schemas.settings.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;

/**
 * Who may send corrections, and in whose name. Without tokens everybody on this machine may, but no web page: a
 * browser tells by {@code Host} which name it was lured here by.
 */
final class Gatekeeper {
    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "Bearer ";

    private final FeedbackConfig.Http config;

    Gatekeeper(FeedbackConfig.Http config) {
        this.config = config;
    }

    /** Somebody who was let in. */
    record Caller(Optional<String> name) {
        /**
         * In whose name a correction is sent.
         *
         * @param claimed the name in the request; empty if there is none
         * @throws Problem if the caller may not use that name
         */
        String reviewer(String claimed) {
            if (name.isEmpty() || name.get().equals(claimed)) {
                return claimed;
            }
            if (!claimed.isEmpty()) {
                throw new Problem(
                        Problem.Code.FORBIDDEN,
                        "reviewer: " + name.get() + ", whose token it is, expected, another found");
            }
            return name.get();
        }

        /** @throws Problem if the caller may only speak for one reviewer */
        void checkMaySpeakForAll() {
            if (name.isPresent()) {
                throw new Problem(
                        Problem.Code.FORBIDDEN,
                        "Authorization: the service's own token expected, " + name.get() + "'s found");
            }
        }
    }

    /** @throws Problem if the caller may not come in */
    Caller admit(HttpExchange exchange) {
        boolean open = config.token().isEmpty() && config.reviewerTokens().isEmpty();
        if (open) {
            checkHost(exchange);
            return new Caller(Optional.empty());
        }
        String header = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
        String token = header.startsWith(BEARER) ? header.substring(BEARER.length()) : "";
        if (config.token().filter(secret -> same(secret.reveal(), token)).isPresent()) {
            return new Caller(Optional.empty());
        }
        for (Secret pair : config.reviewerTokens()) {
            int colon = pair.reveal().indexOf(':');
            if (same(pair.reveal().substring(colon + 1), token)) {
                return new Caller(Optional.of(pair.reveal().substring(0, colon)));
            }
        }
        throw new Problem(Problem.Code.UNAUTHORIZED, "Authorization: a known bearer token expected");
    }

    private static void checkHost(HttpExchange exchange) {
        String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host"))
                .orElse("");
        String name = host.replaceFirst(":\\d+$", "");
        if (!LOCAL_NAMES.contains(name)) {
            throw new Problem(Problem.Code.FORBIDDEN, "Host: localhost expected, '" + name + "' found");
        }
    }

    /** In constant time: the answer must not tell how much of a token was right. */
    private static boolean same(String expected, String found) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), found.getBytes(StandardCharsets.UTF_8));
    }
}
