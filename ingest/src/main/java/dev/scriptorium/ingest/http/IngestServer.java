package dev.scriptorium.ingest.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.scriptorium.ingest.HttpSettings;
import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.DocumentReadings;
import dev.scriptorium.schemas.http.Access;
import dev.scriptorium.schemas.http.Problem;
import dev.scriptorium.schemas.http.SlowClients;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes documents by HTTP and tells what became of them.
 *
 * <pre>
 * POST /documents?name=&amp;domain=&amp;task=&amp;mode=   the body is the document; 202 with its id
 * GET  /documents/{id}                        how far it is, and the outcome of each page
 * GET  /documents/{id}/events                 the same as it happens: server-sent events
 * GET  /documents/{id}/text?format=           what was read
 * GET  /openapi.json                          all of this for machines
 * GET  /health                                200 while the service works, else 503
 * </pre>
 *
 * <p>Errors are {@code application/problem+json} (RFC 9457); no stack trace leaves the house.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
public final class IngestServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IngestServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Requests that are answered at the same time, besides streams of events. */
    private static final int THREADS = 16;

    /** How much of a refused upload is read, so that its sender gets to read the answer. */
    private static final long DRAIN_BYTES = 64L << 20;

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final SlowClients slowClients;
    private final HttpSettings settings;
    private final DocumentIntake intake;
    private final DocumentEndpoint documents;
    private final EventEndpoint events;
    private final byte[] openApi;

    private IngestServer(
            HttpServer server,
            HttpSettings settings,
            DocumentIntake intake,
            DocumentReadings readings,
            DocumentLedger ledger)
            throws IOException {
        this.server = server;
        this.settings = settings;
        this.intake = intake;
        documents = new DocumentEndpoint(intake, readings, ledger);
        events = new EventEndpoint(readings, settings);
        try (InputStream in = IngestServer.class.getResourceAsStream("openapi.json")) {
            openApi = Objects.requireNonNull(in, "openapi.json").readAllBytes();
        }
        AtomicInteger number = new AtomicInteger();
        int most = THREADS + settings.maxStreams();
        threads = new ThreadPoolExecutor(most, most, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = new Thread(work, "ingest-http-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
        slowClients = new SlowClients(settings.patience(), settings.minBytesPerSecond());
        server.setExecutor(slowClients.watch(threads));
    }

    /**
     * Starts listening.
     *
     * @throws IOException if the address cannot be used
     */
    public static IngestServer start(
            HttpSettings settings, DocumentIntake intake, DocumentReadings readings, DocumentLedger ledger)
            throws IOException {
        InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("ingest.http " + address + ": a free address expected, " + e.getMessage(), e);
        }
        IngestServer listening = new IngestServer(server, settings, intake, readings, ledger);
        server.createContext("/", listening::handle);
        server.start();
        LOG.info("event=listening url={}", listening.url());
        return listening;
    }

    /** Where it listens. */
    public String url() {
        return "http://" + settings.host() + ":" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            slowClients.begin(exchange, problem -> tell(exchange, problem.code(), problem.getMessage()));
            try {
                answer(exchange);
            } catch (Problem e) {
                refuse(exchange, e.code(), e.getMessage());
            } catch (Route.WrongMethod e) {
                exchange.getResponseHeaders().set("Allow", e.allowed());
                refuse(
                        exchange,
                        Problem.Code.METHOD_NOT_ALLOWED,
                        "method: " + e.allowed() + " expected, " + exchange.getRequestMethod() + " found");
            } catch (IllegalArgumentException e) {
                refuse(exchange, Problem.Code.INVALID, e.getMessage());
            } catch (KafkaException e) {
                LOG.warn("event=unanswered path={}", exchange.getRequestURI().getPath(), e);
                refuse(
                        exchange,
                        Problem.Code.UNAVAILABLE,
                        "Kafka and the schema registry expected to answer, try again");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                refuse(exchange, Problem.Code.UNAVAILABLE, "a running service expected, it is stopping");
            } catch (RuntimeException e) {
                LOG.error("event=failed path={}", exchange.getRequestURI().getPath(), e);
                refuse(exchange, Problem.Code.INTERNAL, "the service failed, its log says why");
            } finally {
                slowClients.end();
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException, Route.WrongMethod {
        Route.Match match =
                Route.of(exchange.getRequestMethod(), exchange.getRequestURI().getRawPath());
        if (match.route().guarded()) {
            Access.check(exchange, settings.token());
        }
        switch (match.route()) {
            case ADD -> documents.add(exchange);
            case STATUS -> documents.status(exchange, match.id());
            case EVENTS -> events.stream(exchange, match.id());
            case TEXT -> documents.text(exchange, match.id());
            case OPENAPI -> send(exchange, 200, "application/json", openApi);
            case HEALTH -> send(exchange, intake.healthy() ? 200 : 503, Map.of("healthy", intake.healthy()));
        }
    }

    /** Answers with JSON. */
    static void send(HttpExchange exchange, int status, Object body) throws IOException {
        send(exchange, status, "application/json", JSON.writeValueAsBytes(body));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        headers(exchange, type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** What every answer says of itself. */
    static void headers(HttpExchange exchange, String type) {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
    }

    private static void refuse(HttpExchange exchange, Problem.Code code, String detail) throws IOException {
        tell(exchange, code, detail);
        drain(exchange);
    }

    private static void tell(HttpExchange exchange, Problem.Code code, String detail) throws IOException {
        if (exchange.getResponseCode() >= 0) {
            // The answer has begun; that it is cut short is all that can be said.
            throw new IOException(detail);
        }
        if (code == Problem.Code.UNAUTHORIZED) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        if (code == Problem.Code.UNAVAILABLE) {
            exchange.getResponseHeaders().set("Retry-After", "10");
        }
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put(
                "type",
                "urn:scriptorium:problem:"
                        + code.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        problem.put(
                "title",
                code.name().charAt(0)
                        + code.name().substring(1).toLowerCase(Locale.ROOT).replace('_', ' '));
        problem.put("status", code.status());
        problem.put("detail", detail);
        problem.put("code", code.name());
        send(exchange, code.status(), "application/problem+json", JSON.writeValueAsBytes(problem));
        exchange.getResponseBody().flush();
    }

    private static void drain(HttpExchange exchange) throws IOException {
        InputStream in = exchange.getRequestBody();
        byte[] buffer = new byte[1 << 16];
        long read = 0;
        for (int n = in.read(buffer); n >= 0 && read < DRAIN_BYTES; n = in.read(buffer)) {
            read += n;
        }
    }

    /** Stops listening and ends streams of events; whoever reads them comes again. */
    @Override
    public void close() {
        events.close();
        slowClients.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
