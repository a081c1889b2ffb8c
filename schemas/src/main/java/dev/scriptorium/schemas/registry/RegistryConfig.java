package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.settings.Secret;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/**
 * What Confluent's configuration keys say about reaching a registry. Each key but {@code schema.registry.url} may
 * carry the prefix {@code schema.registry.}, which then wins.
 *
 * @param urls where to ask, in order; no trailing slash, no credentials
 * @param authorization value of the Authorization header
 * @param tls for https; empty for the platform's own trust
 */
record RegistryConfig(
        List<URI> urls,
        Optional<String> mockScope,
        Optional<Secret> authorization,
        Optional<SSLContext> tls,
        Optional<ProxySelector> proxy,
        Duration connectTimeout,
        Duration readTimeout,
        int maxRetries,
        Duration retryWait,
        Duration maxRetryWait,
        boolean normalize) {
    private static final String URL = "schema.registry.url";
    private static final String PREFIX = "schema.registry.";
    private static final String MOCK = "mock://";

    static RegistryConfig parse(Map<String, ?> config) {
        List<String> addresses = addresses(config);
        List<String> mocks =
                addresses.stream().filter(url -> url.startsWith(MOCK)).toList();
        if (!mocks.isEmpty() && addresses.size() > 1) {
            throw new ConfigException(URL, String.join(",", addresses), "mock:// stands alone");
        }
        List<URI> urls = mocks.isEmpty()
                ? addresses.stream().map(RegistryConfig::parseUrl).toList()
                : List.of();
        return new RegistryConfig(
                urls.stream().map(RegistryConfig::withoutUserInfo).toList(),
                mocks.stream().map(url -> url.substring(MOCK.length())).findFirst(),
                authorization(config, urls),
                RegistryTls.context(config),
                proxy(config),
                Duration.ofMillis(number(config, "http.connect.timeout.ms", 60_000)),
                Duration.ofMillis(number(config, "http.read.timeout.ms", 60_000)),
                number(config, "max.retries", 3),
                Duration.ofMillis(number(config, "retries.wait.ms", 1_000)),
                Duration.ofMillis(number(config, "retries.max.wait.ms", 20_000)),
                Boolean.parseBoolean(text(config, "normalize.schemas").orElse("false")));
    }

    private static List<String> addresses(Map<String, ?> config) {
        Object value = config.get(URL);
        List<String> addresses = new ArrayList<>();
        (value instanceof List<?> list
                        ? list.stream()
                        : Arrays.stream(Objects.toString(value, "").split(",")))
                .map(url -> url.toString().trim().replaceAll("(?<!:/)/+$", ""))
                .filter(url -> !url.isEmpty())
                .forEach(addresses::add);
        if (addresses.isEmpty()) {
            throw new ConfigException(URL, value, "at least one http://, https:// or mock:// address expected");
        }
        return addresses;
    }

    private static URI parseUrl(String url) {
        try {
            URI uri = new URI(url);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Its message repeats the address, which may hold a password.
            throw new ConfigException(
                    URL + ": a URL expected, one that cannot be parsed found at index " + e.getIndex());
        }
        throw new ConfigException(URL, withoutUserInfo(url), "http://, https:// or mock:// expected");
    }

    private static URI withoutUserInfo(URI url) {
        return URI.create(withoutUserInfo(url.toString()));
    }

    private static String withoutUserInfo(String url) {
        return url.replaceFirst("//[^/@]*@", "//");
    }

    private static Optional<Secret> authorization(Map<String, ?> config, List<URI> urls) {
        Optional<String> token = text(config, "bearer.auth.token");
        Optional<String> bearerSource = text(config, "bearer.auth.credentials.source");
        requireOneOf("bearer.auth.credentials.source", bearerSource.orElse("STATIC_TOKEN"), List.of("STATIC_TOKEN"));
        if (bearerSource.isPresent() && token.isEmpty()) {
            throw new ConfigException("bearer.auth.token", null, "a token expected");
        }
        Optional<String> userInfo = text(config, "basic.auth.user.info");
        String source =
                text(config, "basic.auth.credentials.source").orElse(userInfo.isPresent() ? "USER_INFO" : "URL");
        requireOneOf("basic.auth.credentials.source", source, List.of("URL", "USER_INFO"));
        if (source.equals("USER_INFO") && userInfo.isEmpty()) {
            throw new ConfigException("basic.auth.user.info", null, "user:password expected");
        }
        if (source.equals("URL")) {
            userInfo =
                    urls.stream().map(URI::getUserInfo).filter(Objects::nonNull).findFirst();
        }
        Optional<String> header =
                token.isPresent() ? token.map(text -> "Bearer " + text) : userInfo.map(RegistryConfig::basic);
        return header.map(Secret::new);
    }

    private static String basic(String userInfo) {
        return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
    }

    private static void requireOneOf(String key, String value, List<String> allowed) {
        if (!allowed.contains(value)) {
            throw new ConfigException(key, value, "one of " + String.join(", ", allowed) + " expected");
        }
    }

    private static Optional<ProxySelector> proxy(Map<String, ?> config) {
        return text(config, "proxy.host")
                .map(host -> ProxySelector.of(new InetSocketAddress(host, number(config, "proxy.port", 80))));
    }

    private static int number(Map<String, ?> config, String key, int fallback) {
        Optional<String> text = text(config, key);
        try {
            int number = text.map(Integer::parseInt).orElse(fallback);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(key, text.orElseThrow(), "a whole number expected");
        }
        throw new ConfigException(key, text.orElseThrow(), "not a negative number expected");
    }

    /** The value of a key, with the prefix or without it; empty if blank. */
    static Optional<String> text(Map<String, ?> config, String key) {
        Object value = config.get(PREFIX + key);
        if (value == null) {
            value = config.get(key);
        }
        String text = value instanceof Password password ? password.value() : Objects.toString(value, "");
        return text.isBlank() ? Optional.empty() : Optional.of(text.trim());
    }
}
