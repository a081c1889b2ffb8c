package dev.scriptorium.feedback.http;

import com.sun.net.httpserver.HttpExchange;
import dev.scriptorium.feedback.corrections.BatchFormatException;
import dev.scriptorium.feedback.corrections.CorrectionSink;
import dev.scriptorium.feedback.corrections.CsvCorrections;
import dev.scriptorium.feedback.corrections.ImportReport;
import dev.scriptorium.feedback.corrections.NewCorrection;
import dev.scriptorium.feedback.corrections.Transcript;
import dev.scriptorium.feedback.corrections.TranscriptReader;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.http.Problem;
import dev.scriptorium.schemas.http.Query;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code /corrections}. */
final class CorrectionEndpoint implements CorrectionServer.Endpoint {
    private static final String BODY = "body";

    private final CorrectionSink sink;
    private final int maxBodyBytes;

    CorrectionEndpoint(CorrectionSink sink, int maxBodyBytes) {
        this.sink = sink;
        this.maxBodyBytes = maxBodyBytes;
    }

    @Override
    public CorrectionServer.Answer answer(HttpExchange exchange, Gatekeeper.Caller caller) throws IOException {
        Map<String, String> query = Query.of(exchange);
        return switch (exchange.getRequestMethod()) {
            case "POST" -> post(exchange, caller, query);
            case "DELETE" -> {
                caller.checkMaySpeakForAll();
                yield accepted(pageId(query), sink.withdraw(pageId(query)).await());
            }
            default -> {
                exchange.getResponseHeaders().set("Allow", "POST, DELETE");
                throw new Problem(
                        Problem.Code.METHOD_NOT_ALLOWED,
                        "method: POST or DELETE expected, " + exchange.getRequestMethod() + " found");
            }
        };
    }

    private CorrectionServer.Answer post(HttpExchange exchange, Gatekeeper.Caller caller, Map<String, String> query)
            throws IOException {
        String type = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Type"))
                .orElse("")
                .replaceFirst(";.*", "")
                .strip()
                .toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/json" -> {
                NewCorrection one = JsonCorrection.read(CorrectionServer.body(exchange, maxBodyBytes))
                        .correction(caller);
                yield accepted(one.pageId(), sink.send(one).await());
            }
            case "text/csv" -> csv(CorrectionServer.body(exchange, maxBodyBytes), caller, query);
            case "application/xml", "text/xml" -> {
                byte[] body = CorrectionServer.body(exchange, maxBodyBytes);
                NewCorrection one = transcript(body, caller, query);
                yield accepted(one.pageId(), sink.send(one).await());
            }
            default ->
                throw new Problem(
                        Problem.Code.UNSUPPORTED_MEDIA_TYPE,
                        "Content-Type: application/json, text/csv or application/xml expected, '" + type + "' found");
        };
    }

    private CorrectionServer.Answer csv(byte[] body, Gatekeeper.Caller caller, Map<String, String> query)
            throws IOException {
        List<String> pages = new ArrayList<>();
        List<CorrectionSink.Sent> sent = new ArrayList<>();
        String reviewer = caller.reviewer(query.getOrDefault("reviewer", ""));
        List<ImportReport.Refused> refused;
        try {
            refused = new CsvCorrections(BODY, reviewer)
                    .read(new InputStreamReader(new ByteArrayInputStream(body), StandardCharsets.UTF_8), row -> {
                        sent.add(sink.send(row.by(caller.reviewer(row.reviewer()))));
                        pages.add(row.pageId());
                    });
        } catch (BatchFormatException e) {
            throw new Problem(Problem.Code.INVALID, e.getMessage(), e);
        }
        sent.forEach(CorrectionSink.Sent::await);
        return new CorrectionServer.Answer(200, new ImportReport(pages, refused));
    }

    private static NewCorrection transcript(byte[] body, Gatekeeper.Caller caller, Map<String, String> query)
            throws IOException {
        List<Transcript> pages;
        try {
            pages = TranscriptReader.read(BODY, new ByteArrayInputStream(body));
        } catch (BatchFormatException e) {
            throw new Problem(Problem.Code.INVALID, e.getMessage(), e);
        }
        if (pages.size() != 1) {
            throw new Problem(Problem.Code.INVALID, "body: one page expected, " + pages.size() + " found");
        }
        String reviewer = caller.reviewer(query.getOrDefault("reviewer", ""));
        return NewCorrection.edited(pageId(query), pages.get(0).text(), reviewer);
    }

    private static CorrectionServer.Answer accepted(String pageId, SourceOffset place) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("pageId", pageId);
        body.put("topic", place.getTopic());
        body.put("partition", place.getPartition());
        body.put("offset", place.getOffset());
        return new CorrectionServer.Answer(200, body);
    }

    private static String pageId(Map<String, String> query) {
        String pageId = query.get("pageId");
        if (pageId == null) {
            throw new Problem(Problem.Code.INVALID, "pageId: a page expected in the query, none found");
        }
        return pageId;
    }
}
