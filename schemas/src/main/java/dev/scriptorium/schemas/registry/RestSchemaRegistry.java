package dev.scriptorium.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry behind Confluent's REST API. An address that does not answer, or answers with 408, 429 or 5xx, is
 * followed by the next one, starting from the one that answered last; after all of them a pause, and again, up to
 * {@code max.retries} times.
 */
final class RestSchemaRegistry implements SchemaRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(RestSchemaRegistry.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int SUBJECT_NOT_FOUND = 40401;
    private static final int VERSION_NOT_FOUND = 40402;
    private static final int SCHEMA_NOT_FOUND = 40403;

    private record Registered(String subject, Schema schema) {}

    private final RegistryConfig config;
    private final HttpClient http;
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private final Map<Registered, Integer> ids = new ConcurrentHashMap<>();
    private volatile int answeredLast;

    RestSchemaRegistry(RegistryConfig config) {
        this.config = config;
        // A redirect is not followed: it would carry the credentials to wherever it points.
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(atLeastOneMilli(config.connectTimeout()));
        config.tls().ifPresent(builder::sslContext);
        config.proxy().ifPresent(builder::proxy);
        http = builder.build();
    }

    @Override
    public int register(String subject, Schema schema) {
        return id("/subjects/" + encoded(subject) + "/versions", subject, schema);
    }

    @Override
    public int lookup(String subject, Schema schema) {
        return id("/subjects/" + encoded(subject), subject, schema);
    }

    private int id(String path, String subject, Schema schema) {
        Registered key = new Registered(subject, schema);
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        String place = "subject " + subject + ", schema " + schema.getFullName();
        Answer answer = ask(place, "POST", path + (config.normalize() ? "?normalize=true" : ""), Optional.of(schema));
        int id = integer(answer.orRefuse(), "id", place);
        ids.put(key, id);
        return id;
    }

    @Override
    public Schema schema(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        String place = "schema id " + id;
        if (id < 1) {
            throw new RecordException(ErrorCode.UNKNOWN_SCHEMA, place + ": a positive number expected");
        }
        Answer answer = ask(place, "GET", "/schemas/ids/" + id, Optional.empty());
        if (answer.error() == SCHEMA_NOT_FOUND) {
            throw new RecordException(
                    ErrorCode.UNKNOWN_SCHEMA, place + ": not found in the registry at " + answer.url());
        }
        Schema schema = parsed(place, answer.orRefuse());
        schemas.put(id, schema);
        return schema;
    }

    @Override
    public Latest latest(String subject) {
        String place = "subject " + subject;
        JsonNode answer = ask(place, "GET", "/subjects/" + encoded(subject) + "/versions/latest", Optional.empty())
                .orRefuse();
        int id = integer(answer, "id", place);
        return new Latest(
                id, integer(answer, "version", place), schemas.computeIfAbsent(id, any -> parsed(place, answer)));
    }

    @Override
    public Compatibility compatibility(String subject, Schema schema) {
        Answer answer = ask(
                "subject " + subject + ", schema " + schema.getFullName(),
                "POST",
                "/compatibility/subjects/" + encoded(subject) + "/versions/latest?verbose=true",
                Optional.of(schema));
        if (answer.error() == SUBJECT_NOT_FOUND || answer.error() == VERSION_NOT_FOUND) {
            return new Compatibility(true, List.of());
        }
        JsonNode verdict = answer.orRefuse();
        List<String> messages = new ArrayList<>();
        verdict.path("messages").forEach(message -> messages.add(message.asText()));
        if (verdict.hasNonNull("reason")) {
            messages.add(verdict.path("reason").asText()); // Apicurio's word for it
        }
        return new Compatibility(verdict.path("is_compatible").asBoolean(), messages);
    }

    /** A schema may name others by subject and version; they are fetched first. */
    private Schema parsed(String place, JsonNode answer) {
        String type = answer.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new RecordException(ErrorCode.UNKNOWN_SCHEMA, place + ": type AVRO expected, " + type + " found");
        }
        try {
            // Others may have registered defaults and names that this Avro would not write; reading needs neither.
            Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
            parseReferences(place, parser, answer.path("references"), new HashSet<>());
            return parser.parse(answer.path("schema").asText());
        } catch (AvroRuntimeException e) {
            throw new RecordException(
                    ErrorCode.UNKNOWN_SCHEMA, place + ": an Avro schema expected, " + e.getMessage(), e);
        }
    }

    private void parseReferences(String place, Schema.Parser parser, JsonNode references, Set<String> seen) {
        for (JsonNode reference : references) {
            String subject = reference.path("subject").asText();
            int version = integer(reference, "version", place);
            if (seen.add(subject + "/" + version)) {
                JsonNode answer = ask(
                                place + ", which refers to subject " + subject + " version " + version,
                                "GET",
                                "/subjects/" + encoded(subject) + "/versions/" + version,
                                Optional.empty())
                        .orRefuse();
                parseReferences(place, parser, answer.path("references"), seen);
                parser.parse(answer.path("schema").asText());
            }
        }
    }

    /** What a registry said: 200 and a body, or no. */
    private record Answer(String place, URI url, int status, JsonNode body) {
        int error() {
            return body.path("error_code").asInt();
        }

        JsonNode orRefuse() {
            if (status == 200) {
                return body;
            }
            String reason = body.path("message").asText("");
            throw new RecordException(
                    ErrorCode.REGISTRY_REFUSED,
                    place + ": the registry at " + url + " answered " + status
                            + (error() == 0 ? "" : " (" + error() + ")") + (reason.isEmpty() ? "" : ": " + reason));
        }
    }

    private Answer ask(String place, String method, String path, Optional<Schema> schema) {
        String failure = "";
        Exception cause = null;
        Duration wait = config.retryWait();
        for (int round = 0; round <= config.maxRetries(); round++) {
            if (round > 0) {
                pause(wait);
                wait = wait.multipliedBy(2).compareTo(config.maxRetryWait()) < 0
                        ? wait.multipliedBy(2)
                        : config.maxRetryWait();
            }
            int first = answeredLast;
            for (int i = 0; i < config.urls().size(); i++) {
                int at = (first + i) % config.urls().size();
                URI url = config.urls().get(at);
                try {
                    HttpResponse<String> response = http.send(
                            request(url, method, path, schema),
                            HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
                    if (!passing(response.statusCode())) {
                        answeredLast = at;
                        return new Answer(place, url, response.statusCode(), body(place, url, response));
                    }
                    failure = url + " answered " + response.statusCode();
                } catch (IOException e) {
                    failure = url + ": " + e;
                    cause = e;
                } catch (InterruptedException e) {
                    throw new InterruptException(e);
                }
                LOG.warn("event=registry_failed round={} failure=\"{}\"", round, failure);
            }
        }
        throw new RecordException(
                ErrorCode.REGISTRY_UNAVAILABLE,
                place + ": an answer from one of " + config.urls() + " expected, the last failure was " + failure,
                cause);
    }

    private HttpRequest request(URI url, String method, String path, Optional<Schema> schema) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(atLeastOneMilli(config.readTimeout()))
                .header("Accept", MEDIA_TYPE + ", application/json")
                .method(
                        method,
                        schema.map(RestSchemaRegistry::payload)
                                .map(HttpRequest.BodyPublishers::ofString)
                                .orElseGet(HttpRequest.BodyPublishers::noBody));
        schema.ifPresent(body -> request.header("Content-Type", MEDIA_TYPE));
        config.authorization().ifPresent(value -> request.header("Authorization", value.reveal()));
        return request.build();
    }

    private static String payload(Schema schema) {
        return JSON.createObjectNode().put("schema", schema.toString()).toString();
    }

    /** An error page need not be JSON; a success must be. */
    private static JsonNode body(String place, URI url, HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            if (response.statusCode() == 200) {
                throw new RecordException(
                        ErrorCode.REGISTRY_REFUSED,
                        place + ": JSON expected from " + url + ", something else found",
                        e);
            }
            return JSON.createObjectNode();
        }
    }

    private static int integer(JsonNode answer, String field, String place) {
        JsonNode value = answer.path(field);
        if (!value.isInt()) {
            throw new RecordException(
                    ErrorCode.REGISTRY_REFUSED, place + ": a number expected as " + field + ", '" + value + "' found");
        }
        return value.intValue();
    }

    private static boolean passing(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static Duration atLeastOneMilli(Duration time) {
        return time.isZero() ? Duration.ofMillis(1) : time;
    }

    private static String encoded(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
