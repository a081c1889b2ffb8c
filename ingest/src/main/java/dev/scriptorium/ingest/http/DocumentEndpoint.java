package dev.scriptorium.ingest.http;

import com.sun.net.httpserver.HttpExchange;
import dev.scriptorium.documents.write.DocumentFormat;
import dev.scriptorium.documents.write.DocumentWriter;
import dev.scriptorium.ingest.Asked;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.Refusal;
import dev.scriptorium.ingest.RefusedException;
import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.DocumentReading;
import dev.scriptorium.ingest.documents.DocumentReadings;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.http.Problem;
import dev.scriptorium.schemas.http.Query;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /documents}. Thread-safe. */
final class DocumentEndpoint {
    private static final Set<String> PARAMETERS = Set.of("name", "domain", "task", "mode");
    private static final int MAX_NAME_CHARS = 255;
    private static final int MAX_KEY_CHARS = 255;

    private final DocumentIntake intake;
    private final DocumentReadings readings;
    private final DocumentLedger ledger;

    /** Idempotency keys of requests that are under way. */
    private final Set<String> underWay = new HashSet<>();

    DocumentEndpoint(DocumentIntake intake, DocumentReadings readings, DocumentLedger ledger) {
        this.intake = intake;
        this.readings = readings;
        this.ledger = ledger;
    }

    /** Takes the body as a document. */
    void add(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange, PARAMETERS);
        Asked usual = IngestConfig.Ingest.DEFAULT.asked();
        Asked asked = new Asked(
                        query.getOrDefault("domain", usual.domain()),
                        query.getOrDefault("task", usual.task()),
                        query.getOrDefault("mode", usual.mode()))
                .checked();
        String name = name(query.getOrDefault("name", ""));
        checkKind(exchange);
        Optional<String> key = key(exchange);
        if (key.filter(text -> !begin(text)).isPresent()) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "Idempotency-Key: the end of the first request with it expected, it is still under way");
        }
        try {
            Upload upload = intake.receive(exchange.getRequestBody(), declared(exchange));
            DocumentStatus status = intake.accept(upload, name, asked, key);
            exchange.getResponseHeaders().set("Location", DocumentJson.self(status.getDocumentId()));
            IngestServer.send(exchange, 202, DocumentJson.accepted(status));
        } catch (RefusedException e) {
            throw problem(e);
        } finally {
            key.ifPresent(this::end);
        }
    }

    private boolean begin(String key) {
        synchronized (underWay) {
            return underWay.add(key);
        }
    }

    private void end(String key) {
        synchronized (underWay) {
            underWay.remove(key);
        }
    }

    private static String name(String name) {
        if (name.length() > MAX_NAME_CHARS || name.chars().anyMatch(Character::isISOControl)) {
            throw new Problem(
                    Problem.Code.INVALID,
                    "name: at most " + MAX_NAME_CHARS + " characters, none of them a control character, expected, "
                            + name.length() + " found");
        }
        return name;
    }

    /** Parts of a form would be taken for a document that nothing can open. */
    private static void checkKind(HttpExchange exchange) {
        String type = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Type"))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        if (type.startsWith("multipart/")) {
            throw new Problem(
                    Problem.Code.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type: the document itself as the body expected, '" + type.replaceFirst(";.*", "")
                            + "' found");
        }
    }

    private static Optional<String> key(HttpExchange exchange) {
        Optional<String> key = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        if (key.filter(text -> text.isBlank() || text.length() > MAX_KEY_CHARS).isPresent()) {
            throw new Problem(
                    Problem.Code.INVALID,
                    "Idempotency-Key: 1 to " + MAX_KEY_CHARS + " characters expected, "
                            + key.get().strip().length() + " found");
        }
        return key.map(String::strip);
    }

    private static long declared(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        return length == null ? -1 : Long.parseLong(length.strip());
    }

    private static Problem problem(RefusedException refusal) {
        Problem.Code code = refusal.reason() == Refusal.NOT_AN_IMAGE || refusal.reason() == Refusal.UNSUPPORTED
                ? Problem.Code.UNSUPPORTED_MEDIA_TYPE
                : Problem.Code.INVALID;
        return new Problem(code, refusal.getMessage(), refusal);
    }

    /** Tells how far a document is. */
    void status(HttpExchange exchange, String id) throws IOException {
        query(exchange, Set.of());
        IngestServer.send(exchange, 200, DocumentJson.status(find(id)));
    }

    /** Sends what was read of a document. */
    void text(HttpExchange exchange, String id) throws IOException {
        Map<String, String> query = query(exchange, Set.of("format", "partial"));
        DocumentFormat format = DocumentFormat.of(query.getOrDefault("format", DocumentFormat.TEXT.label()));
        DocumentReading.Snapshot reading = find(id);
        if (!reading.finished() && !partial(query)) {
            throw new Problem(
                    Problem.Code.CONFLICT,
                    "document " + id + ": all its pages expected to be done, "
                            + reading.outcomes().size() + " of "
                            + reading.expected().map(String::valueOf).orElse("an unknown number")
                            + " found; partial=true for what there is");
        }
        IngestServer.headers(exchange, format.mediaType());
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16)) {
            DocumentWriter.of(format).write(DocumentText.of(reading, ledger), out);
        }
    }

    private static boolean partial(Map<String, String> query) {
        String partial = query.getOrDefault("partial", "false");
        return switch (partial) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new Problem(Problem.Code.INVALID, "partial: true or false expected, '" + partial + "' found");
        };
    }

    private DocumentReading.Snapshot find(String id) {
        return readings.find(id).orElseThrow(() -> unknown(id)).snapshot();
    }

    static Problem unknown(String id) {
        return new Problem(Problem.Code.NOT_FOUND, "document: one that was taken in expected, '" + id + "' found");
    }

    /** The parameters; one that is misspelt would otherwise go unnoticed. */
    private static Map<String, String> query(HttpExchange exchange, Set<String> known) {
        Map<String, String> query = Query.of(exchange);
        query.keySet().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new Problem(
                            Problem.Code.INVALID,
                            "query: "
                                    + (known.isEmpty()
                                            ? "no parameter"
                                            : "one of "
                                                    + String.join(
                                                            ", ",
                                                            known.stream()
                                                                    .sorted()
                                                                    .toList()))
                                    + " expected, '" + name + "' found");
                });
        return query;
    }
}
