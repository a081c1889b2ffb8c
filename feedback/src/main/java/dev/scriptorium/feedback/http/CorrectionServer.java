package dev.scriptorium.feedback.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.feedback.corrections.CorrectionSink;
import dev.scriptorium.schemas.http.Problem;
import dev.scriptorium.schemas.http.SlowClients;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes corrections by HTTP.
 *
 * <pre>
 * POST   /corrections                 application/json: one correction; text/csv: many;
 *                                     application/xml: PAGE or ALTO of the page in the query (pageId, reviewer)
 * DELETE /corrections?pageId=ID       takes back what was said about a page
 * GET    /health                      200 while the service works, else 503
 * </pre>
 *
 * <p>What succeeded is answered when the brokers have it. Errors are {@code {"error":{"code","message"}}}; no stack
 * trace leaves the house.
 */
public final class CorrectionServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CorrectionServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int THREADS = 8;

    private final HttpServer server;
    private final ExecutorService threads;
    private final SlowClients slowClients;
    private final FeedbackConfig.Http config;
    private final Gatekeeper gatekeeper;

    private CorrectionServer(HttpServer server, FeedbackConfig.Http config) {
        this.server = server;
        this.config = config;
        gatekeeper = new Gatekeeper(config);
        threads = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "corrections-http");
            thread.setDaemon(true);
            return thread;
        });
        slowClients = new SlowClients(config.patience(), config.minBytesPerSecond());
        server.setExecutor(slowClients.watch(threads));
    }

    /** What a request is answered with. */
    record Answer(int status, Object body) {}

    /** Answers a request that was let in. */
    @FunctionalInterface
    interface Endpoint {
        Answer answer(HttpExchange exchange, Gatekeeper.Caller caller) throws IOException;
    }

    /**
     * Starts listening.
     *
     * @param sink where corrections go
     * @param healthy whether the service works
     * @throws IOException if the address cannot be used
     */
    public static CorrectionServer start(FeedbackConfig.Http config, CorrectionSink sink, Supplier<Boolean> healthy)
            throws IOException {
        InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("feedback.http " + address + ": a free address expected, " + e.getMessage(), e);
        }
        CorrectionServer listening = new CorrectionServer(server, config);
        CorrectionEndpoint corrections = new CorrectionEndpoint(sink, config.maxBodyBytes());
        server.createContext("/corrections", exchange -> listening.handle("/corrections", corrections, exchange));
        server.createContext("/health", exchange -> listening.health(exchange, healthy));
        server.createContext(
                "/",
                exchange -> listening.answer(exchange, () -> {
                    throw notFound(exchange);
                }));
        server.start();
        LOG.info("event=listening url={}", listening.url());
        return listening;
    }

    /** Where it listens. */
    public String url() {
        return "http://" + config.host() + ":" + server.getAddress().getPort();
    }

    private void handle(String path, Endpoint endpoint, HttpExchange exchange) throws IOException {
        answer(exchange, () -> {
            if (!exchange.getRequestURI().getPath().equals(path)) {
                throw notFound(exchange);
            }
            return endpoint.answer(exchange, gatekeeper.admit(exchange));
        });
    }

    private void health(HttpExchange exchange, Supplier<Boolean> healthy) throws IOException {
        answer(exchange, () -> {
            boolean works = healthy.get();
            return new Answer(works ? 200 : 503, Map.of("healthy", works));
        });
    }

    private static Problem notFound(HttpExchange exchange) {
        return new Problem(
                Problem.Code.NOT_FOUND,
                "path: /corrections or /health expected, '"
                        + exchange.getRequestURI().getPath() + "' found");
    }

    /** Makes an answer. */
    @FunctionalInterface
    private interface Work {
        Answer answer() throws IOException;
    }

    private void answer(HttpExchange exchange, Work work) throws IOException {
        try (exchange) {
            slowClients.begin(exchange, problem -> send(exchange, error(problem.code(), problem.getMessage())));
            try {
                send(exchange, made(exchange, work));
            } finally {
                slowClients.end();
            }
        }
    }

    private static Answer made(HttpExchange exchange, Work work) throws IOException {
        try {
            return work.answer();
        } catch (Problem e) {
            return error(e.code(), e.getMessage());
        } catch (IllegalArgumentException e) {
            return error(Problem.Code.INVALID, e.getMessage());
        } catch (KafkaException e) {
            LOG.warn("event=not-sent path={}", exchange.getRequestURI().getPath(), e);
            return error(Problem.Code.UNAVAILABLE, "Kafka or the schema registry did not take it, try again");
        } catch (RuntimeException e) {
            LOG.error("event=failed path={}", exchange.getRequestURI().getPath(), e);
            return error(Problem.Code.INTERNAL, "the service failed, its log says why");
        }
    }

    private static Answer error(Problem.Code code, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", code.name());
        error.put("message", message);
        return new Answer(code.status(), Map.of("error", error));
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = JSON.writeValueAsBytes(answer.body());
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        if (answer.status() == Problem.Code.UNAUTHORIZED.status()) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().flush();
    }

    /** Reads a body of limited size. */
    static byte[] body(HttpExchange exchange, int maxBytes) throws IOException {
        try (InputStream in = exchange.getRequestBody()) {
            byte[] body = in.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                throw new Problem(Problem.Code.TOO_LARGE, "body: at most " + maxBytes + " bytes expected, more found");
            }
            return body;
        }
    }

    /** A request that is cut off here may have been sent; sending it again changes nothing. */
    @Override
    public void close() {
        slowClients.close();
        server.stop(0);
        threads.shutdown();
    }
}
