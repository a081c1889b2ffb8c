package dev.scriptorium.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.avro.Schema;

/** A small registry with Confluent's REST API on loopback, which can be told to ask for credentials and to fail. */
final class RegistryServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A canned answer. */
    record Answer(int status, String body) {}

    private final MockSchemaRegistry registry = new MockSchemaRegistry();
    private final HttpServer server;
    private final String scheme;
    private final Map<String, Answer> canned = new ConcurrentHashMap<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private volatile Optional<String> requiredAuthorization = Optional.empty();
    private volatile int failing;

    private RegistryServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.createContext("/", this::handle);
        server.start();
    }

    static RegistryServer http() throws IOException {
        return new RegistryServer(HttpServer.create(loopback(), 0), "http");
    }

    /** @param clientCertificate true if clients must show one that the context trusts */
    static RegistryServer https(SSLContext context, boolean clientCertificate) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(clientCertificate);
                parameters.setSSLParameters(ssl);
            }
        });
        return new RegistryServer(server, "https");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    String url() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort();
    }

    String urlWithUserInfo(String userInfo) {
        return scheme + "://" + userInfo + "@127.0.0.1:" + server.getAddress().getPort();
    }

    void requireAuthorization(String header) {
        requiredAuthorization = Optional.of(header);
    }

    /** Answers everything with this status; 0 to work again. */
    void fail(int status) {
        failing = status;
    }

    void answer(String methodAndPath, int status, String body) {
        canned.put(methodAndPath, new Answer(status, body));
    }

    List<String> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Answer answer;
        if (failing != 0) {
            answer = new Answer(failing, "<html>down for maintenance</html>");
        } else if (requiredAuthorization.isPresent()
                && !requiredAuthorization
                        .get()
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer = error(401, 401, "Unauthorized");
        } else if (canned.containsKey(request)) {
            answer = canned.get(request);
        } else {
            answer = answer(exchange, body);
        }
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized Answer answer(HttpExchange exchange, String body) throws IOException {
        String[] path = exchange.getRequestURI().getRawPath().substring(1).split("/", -1);
        Arrays.setAll(path, i -> URLDecoder.decode(path[i], StandardCharsets.UTF_8));
        try {
            return switch (exchange.getRequestMethod() + " " + path[0] + " " + path.length) {
                case "POST subjects 3" -> registered(path[1], schema(body));
                case "POST subjects 2" -> lookedUp(path[1], schema(body));
                case "GET schemas 3" -> byId(Integer.parseInt(path[2]));
                case "GET subjects 4" -> latest(path[1]);
                case "POST compatibility 5" -> compatibility(path[2], schema(body));
                default -> error(404, 404, "HTTP 404 Not Found");
            };
        } catch (RecordException e) {
            if (e.code() == ErrorCode.UNKNOWN_SCHEMA) {
                return error(404, 40403, "Schema not found");
            }
            return e.getMessage().contains("BACKWARD")
                    ? error(409, 409, e.getMessage())
                    : error(404, 40401, "Subject not found");
        }
    }

    private Answer registered(String subject, Schema schema) {
        int id = registry.register(subject, schema);
        versions.putIfAbsent(subject + "/" + id, registry.latest(subject).version());
        return new Answer(200, JSON.createObjectNode().put("id", id).toString());
    }

    private Answer lookedUp(String subject, Schema schema) {
        int id = registry.lookup(subject, schema);
        return version(subject, id, versions.get(subject + "/" + id), schema);
    }

    private Answer byId(int id) {
        return new Answer(
                200,
                JSON.createObjectNode()
                        .put("schema", registry.schema(id).toString())
                        .toString());
    }

    private Answer latest(String subject) {
        SchemaRegistry.Latest latest = registry.latest(subject);
        return version(subject, latest.id(), latest.version(), latest.schema());
    }

    private static Answer version(String subject, int id, int version, Schema schema) {
        return new Answer(
                200,
                JSON.createObjectNode()
                        .put("subject", subject)
                        .put("id", id)
                        .put("version", version)
                        .put("schema", schema.toString())
                        .toString());
    }

    private Answer compatibility(String subject, Schema schema) {
        registry.latest(subject);
        SchemaRegistry.Compatibility compatibility = registry.compatibility(subject, schema);
        ObjectNode node = JSON.createObjectNode().put("is_compatible", compatibility.compatible());
        compatibility.messages().forEach(node.putArray("messages")::add);
        return new Answer(200, node.toString());
    }

    private static Schema schema(String body) throws IOException {
        JsonNode request = JSON.readTree(body);
        return new Schema.Parser().parse(request.path("schema").asText());
    }

    private static Answer error(int status, int code, String message) {
        return new Answer(
                status,
                JSON.createObjectNode()
                        .put("error_code", code)
                        .put("message", message)
                        .toString());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
