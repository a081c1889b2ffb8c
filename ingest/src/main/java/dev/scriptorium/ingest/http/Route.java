package dev.scriptorium.ingest.http;

import dev.scriptorium.schemas.http.Problem;
import dev.scriptorium.schemas.http.Query;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be asked for. The templates are those of {@code openapi.json}. */
enum Route {
    ADD("POST", "/documents", true),
    STATUS("GET", "/documents/{id}", true),
    EVENTS("GET", "/documents/{id}/events", true),
    TEXT("GET", "/documents/{id}/text", true),
    OPENAPI("GET", "/openapi.json", false),
    HEALTH("GET", "/health", false);

    private static final String ID = "{id}";

    private final String method;
    private final String template;
    private final boolean guarded;

    Route(String method, String template, boolean guarded) {
        this.method = method;
        this.template = template;
        this.guarded = guarded;
    }

    String method() {
        return method;
    }

    /** The path, with a name in braces where it varies. */
    String template() {
        return template;
    }

    /** True if the caller has to be known. */
    boolean guarded() {
        return guarded;
    }

    /**
     * A request that has a route.
     *
     * @param id what stands in the path in place of {@code {id}}; empty if nothing does
     */
    record Match(Route route, String id) {}

    /** A request whose method its path does not have. */
    static final class WrongMethod extends Exception {
        private static final long serialVersionUID = 1L;

        private final String allowed;

        private WrongMethod(String allowed) {
            super(allowed, null, false, false);
            this.allowed = allowed;
        }

        /** Methods that the path has, comma separated. */
        String allowed() {
            return allowed;
        }
    }

    /**
     * Finds the route of a request.
     *
     * @param path percent-encoded
     * @throws WrongMethod if the path has routes, but none with this method
     * @throws Problem if there is no such path
     */
    static Match of(String method, String path) throws WrongMethod {
        List<Route> here = Arrays.stream(values())
                .filter(route -> route.id(path).isPresent())
                .toList();
        if (here.isEmpty()) {
            throw new Problem(
                    Problem.Code.NOT_FOUND,
                    "path: one of "
                            + Arrays.stream(values())
                                    .map(Route::template)
                                    .distinct()
                                    .collect(Collectors.joining(", "))
                            + " expected, '" + path + "' found");
        }
        Optional<Route> route =
                here.stream().filter(found -> found.method.equals(method)).findFirst();
        if (route.isEmpty()) {
            throw new WrongMethod(here.stream().map(Route::method).collect(Collectors.joining(", ")));
        }
        return new Match(route.get(), route.get().id(path).orElseThrow());
    }

    /** What stands in a path in place of the variable; empty for another path. */
    private Optional<String> id(String path) {
        int at = template.indexOf(ID);
        if (at < 0) {
            return path.equals(template) ? Optional.of("") : Optional.empty();
        }
        String before = template.substring(0, at);
        String after = template.substring(at + ID.length());
        if (path.length() <= before.length() + after.length() || !path.startsWith(before) || !path.endsWith(after)) {
            return Optional.empty();
        }
        String id = path.substring(before.length(), path.length() - after.length());
        return id.indexOf('/') < 0 ? Optional.of(Query.decode(id)) : Optional.empty();
    }
}
