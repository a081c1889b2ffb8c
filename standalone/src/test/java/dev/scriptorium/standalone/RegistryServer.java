package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.registry.MockSchemaRegistry;
import dev.scriptorium.schemas.registry.SchemaRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.apache.avro.Schema;

/** A schema registry for processes that share no memory: the part of Confluent's API that serdes use, on loopback. */
final class RegistryServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SchemaRegistry registry = new MockSchemaRegistry();
    private final HttpServer server;

    RegistryServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/subjects/", this::register);
        server.createContext("/schemas/ids/", this::byId);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** POST /subjects/{subject}/versions */
    private void register(HttpExchange exchange) throws IOException {
        String subject = exchange.getRequestURI().getPath().replaceFirst("/subjects/([^/]+).*", "$1");
        String schema =
                JSON.readTree(exchange.getRequestBody()).required("schema").textValue();
        answer(exchange, 200, Map.of("id", registry.register(subject, new Schema.Parser().parse(schema))));
    }

    /** GET /schemas/ids/{id} */
    private void byId(HttpExchange exchange) throws IOException {
        int id = Integer.parseInt(exchange.getRequestURI().getPath().replaceFirst("/schemas/ids/", ""));
        try {
            answer(exchange, 200, Map.of("schema", registry.schema(id).toString()));
        } catch (RecordException e) {
            answer(exchange, 404, Map.of("error_code", 40403, "message", e.getMessage()));
        }
    }

    private static void answer(HttpExchange exchange, int status, Map<String, ?> body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
