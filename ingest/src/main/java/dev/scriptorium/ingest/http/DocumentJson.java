package dev.scriptorium.ingest.http;

import dev.scriptorium.ingest.documents.DocumentReading;
import dev.scriptorium.ingest.documents.DocumentState;
import dev.scriptorium.ingest.documents.PageOutcome;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.RefusedPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Documents as objects of JSON. */
final class DocumentJson {
    private DocumentJson() {}

    /** The path of a document. */
    static String self(String documentId) {
        return "/documents/"
                + URLEncoder.encode(documentId, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The answer to an upload; the same for the same document, however far it is. */
    static Map<String, Object> accepted(DocumentStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("documentId", status.getDocumentId());
        json.put("documentName", status.getDocumentName());
        json.put("mediaType", status.getMediaType());
        json.put("bytes", status.getBytes());
        json.put("acceptedAt", status.getAcceptedAt().toString());
        if (!mayHavePages(status)) {
            json.put(
                    "pageIds",
                    IntStream.of(1).mapToObj(page -> pageId(status, page)).toList());
        }
        json.put("links", links(status));
        return json;
    }

    /** How many pages it has is known only when it is opened. */
    private static boolean mayHavePages(DocumentStatus status) {
        return status.getMediaType().equals("application/pdf")
                || status.getMediaType().equals("image/tiff");
    }

    private static String pageId(DocumentStatus status, int page) {
        return status.getDocumentId() + "/" + page;
    }

    private static Map<String, String> links(DocumentStatus status) {
        String self = self(status.getDocumentId());
        Map<String, String> links = new LinkedHashMap<>();
        links.put("self", self);
        links.put("events", self + "/events");
        links.put("text", self + "/text");
        return links;
    }

    /** Where a document stands. */
    static Map<String, Object> status(DocumentReading.Snapshot reading) {
        DocumentStatus status = reading.status();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("documentId", status.getDocumentId());
        json.put("documentName", status.getDocumentName());
        json.put("mediaType", status.getMediaType());
        json.put("bytes", status.getBytes());
        json.put("domain", status.getDomain());
        json.put("task", status.getTask());
        json.put("mode", status.getMode());
        json.put("acceptedAt", status.getAcceptedAt().toString());
        json.putAll(progress(reading));
        json.put(
                "outcomes",
                reading.outcomes().stream()
                        .map(outcome -> outcome(status, outcome))
                        .toList());
        json.put("links", links(status));
        return json;
    }

    /** How far a document is, without its pages. */
    static Map<String, Object> progress(DocumentReading.Snapshot reading) {
        Map<String, Object> pages = new LinkedHashMap<>();
        pages.put("expected", reading.expected().orElse(null));
        pages.put("done", reading.done());
        pages.put("failed", reading.failed());
        Map<String, Integer> failures = new TreeMap<>();
        reading.outcomes().stream()
                .filter(PageOutcome::failed)
                .forEach(outcome -> failures.merge(outcome.outcome(), 1, Integer::sum));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("state", state(reading));
        json.put("pages", pages);
        json.put("failures", failures);
        refusal(reading.status()).ifPresent(refused -> {
            json.put("code", refused.getCode());
            json.put("message", refused.getMessage());
        });
        return json;
    }

    /** Why the document as a whole was not taken in. */
    private static Optional<RefusedPage> refusal(DocumentStatus status) {
        return status.getRefused().stream()
                .filter(refused -> refused.getPageNumber() == 0)
                .findFirst();
    }

    private static String state(DocumentReading.Snapshot reading) {
        return switch (DocumentState.of(reading.status())) {
            case ACCEPTED -> "accepted";
            case SENDING -> "sending";
            case SENT -> reading.finished() ? "done" : "reading";
            case REFUSED -> "refused";
        };
    }

    /** How a page ended. */
    static Map<String, Object> outcome(DocumentStatus status, PageOutcome outcome) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("page", outcome.page());
        json.put("pageId", pageId(status, outcome.page()));
        json.put("outcome", outcome.outcome());
        outcome.confidence().ifPresent(confidence -> json.put("confidence", confidence));
        if (outcome.failed()) {
            json.put("message", outcome.message());
        }
        return json;
    }
}
