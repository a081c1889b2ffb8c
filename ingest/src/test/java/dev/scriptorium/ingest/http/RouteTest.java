package dev.scriptorium.ingest.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.documents.write.DocumentFormat;
import dev.scriptorium.ingest.Asked;
import dev.scriptorium.schemas.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RouteTest {
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private static JsonNode openApi() throws IOException {
        try (InputStream in = Route.class.getResourceAsStream("openapi.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    @Test
    void everyRouteIsDescribedAndNoOther() throws Exception {
        List<String> described = new ArrayList<>();
        openApi().get("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Route.values())
                        .map(route -> route.method() + " " + route.template())
                        .toList());
    }

    @Test
    void whatNeedsATokenIsDescribedSo() throws Exception {
        for (Route route : Route.values()) {
            JsonNode operation = openApi()
                    .get("paths")
                    .get(route.template())
                    .get(route.method().toLowerCase(Locale.ROOT));
            assertThat(operation.has("security")).as(route.name()).isEqualTo(!route.guarded());
        }
    }

    @Test
    void tasksModesCodesAndFormatsAreThoseThatAreTaken() throws Exception {
        List<String> codes = new ArrayList<>();
        openApi().at("/components/schemas/Problem/properties/code/enum").forEach(code -> codes.add(code.asText()));
        assertThat(codes)
                .containsExactlyElementsOf(Arrays.stream(Problem.Code.values())
                        .map(Problem.Code::name)
                        .toList());
        for (JsonNode parameter : openApi().at("/paths/~1documents/post/parameters")) {
            List<String> names = new ArrayList<>();
            parameter.at("/schema/enum").forEach(name -> names.add(name.asText()));
            switch (parameter.get("name").asText()) {
                case "task" -> assertThat(names).isEqualTo(Asked.TASKS);
                case "mode" -> assertThat(names).isEqualTo(Asked.MODES);
                default -> assertThat(names).isEmpty();
            }
        }
        List<String> formats = new ArrayList<>();
        openApi()
                .at("/paths/~1documents~1{id}~1text/get/parameters/0/schema/enum")
                .forEach(format -> formats.add(format.asText()));
        assertThat(formats)
                .containsExactlyElementsOf(Arrays.stream(DocumentFormat.values())
                        .map(DocumentFormat::label)
                        .toList());
    }

    @Test
    void findsRoutesByMethodAndPath() throws Exception {
        assertThat(Route.of("POST", "/documents")).isEqualTo(new Route.Match(Route.ADD, ""));
        assertThat(Route.of("GET", "/documents/a%20b%2Fc")).isEqualTo(new Route.Match(Route.STATUS, "a b/c"));
        assertThat(Route.of("GET", "/documents/ab/events")).isEqualTo(new Route.Match(Route.EVENTS, "ab"));
        assertThat(Route.of("GET", "/documents/ab/text")).isEqualTo(new Route.Match(Route.TEXT, "ab"));
        for (String path : List.of("/", "/documents/", "/documents/ab/", "/documents/a/b", "/documents//text", "/x")) {
            assertThatExceptionOfType(Problem.class)
                    .as(path)
                    .isThrownBy(() -> Route.of("GET", path))
                    .extracting(Problem::code)
                    .isEqualTo(Problem.Code.NOT_FOUND);
        }
        assertThatExceptionOfType(Route.WrongMethod.class)
                .isThrownBy(() -> Route.of("DELETE", "/documents/ab"))
                .extracting(Route.WrongMethod::allowed)
                .isEqualTo("GET");
    }
}
