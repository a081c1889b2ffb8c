package dev.scriptorium.schemas.http;

import com.sun.net.httpserver.HttpExchange;
import dev.scriptorium.schemas.settings.Secret;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;

/**
 * Who may come in by HTTP. Without a token everybody on this machine may, but no web page: a browser tells by {@code
 * Host} which name it was lured here by, and by {@code Origin} whose page sends something.
 */
public final class Access {
    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "Bearer ";

    private Access() {}

    /** The bearer token of a request; empty if it has none. */
    public static String bearer(HttpExchange exchange) {
        String header = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
        return header.startsWith(BEARER) ? header.substring(BEARER.length()) : "";
    }

    /** In constant time: the answer must not tell how much of a token was right. */
    public static boolean same(String expected, String found) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), found.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Lets in who knows the token; where there is none, who calls this machine by a name of its own.
     *
     * @throws Problem if the caller may not come in
     */
    public static void check(HttpExchange exchange, Optional<Secret> token) {
        if (token.isEmpty()) {
            checkLocal(exchange);
        } else if (!same(token.get().reveal(), bearer(exchange))) {
            throw unknown();
        }
    }

    /** The answer to a caller without a token that is known. */
    public static Problem unknown() {
        return new Problem(Problem.Code.UNAUTHORIZED, "Authorization: a known bearer token expected");
    }

    /**
     * Lets in who calls this machine by a name of its own, unless a web page from elsewhere does.
     *
     * @throws Problem if the caller may not come in
     */
    public static void checkLocal(HttpExchange exchange) {
        String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host"))
                .orElse("");
        String name = host.replaceFirst(":\\d+$", "");
        if (!LOCAL_NAMES.contains(name)) {
            throw new Problem(Problem.Code.FORBIDDEN, "Host: localhost expected, '" + name + "' found");
        }
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        if (origin != null
                && !LOCAL_NAMES.contains(origin.replaceFirst("^https?://", "").replaceFirst(":\\d+$", ""))) {
            throw new Problem(Problem.Code.FORBIDDEN, "Origin: localhost expected, '" + origin + "' found");
        }
    }

    /**
     * Whether only this machine reaches an address.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host=" + host + ": an address of this machine expected", e);
        }
    }
}
