package dev.scriptorium.schemas.http;

import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What stands behind the question mark of a request. */
public final class Query {
    private Query() {}

    /**
     * The parameters by name; of one that is repeated the last.
     *
     * @throws Problem if one is not percent-encoded as it should be
     */
    public static Map<String, String> of(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null || raw.isEmpty() ? List.<String>of() : List.of(raw.split("&"))) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            query.put(decode(name), decode(value));
        }
        return query;
    }

    /**
     * Decodes a part of a URL.
     *
     * @throws Problem if the text is not percent-encoded as it should be
     */
    public static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Problem(Problem.Code.INVALID, "URL: percent-encoded text expected, '" + text + "' found", e);
        }
    }
}
