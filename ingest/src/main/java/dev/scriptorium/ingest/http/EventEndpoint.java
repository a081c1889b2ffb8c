package dev.scriptorium.ingest.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.scriptorium.ingest.HttpSettings;
import dev.scriptorium.ingest.PageRanges;
import dev.scriptorium.ingest.documents.DocumentReading;
import dev.scriptorium.ingest.documents.DocumentReadings;
import dev.scriptorium.ingest.documents.PageOutcome;
import dev.scriptorium.schemas.http.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Server-sent events: {@code page} for each page that is done, {@code done} at the end. An event's id says which pages
 * were told, so that {@code Last-Event-ID} resumes exactly, in whatever order pages end, also after a restart and at
 * another process. A client that knows everything is answered 204, which tells it not to come again.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
final class EventEndpoint implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DocumentReadings readings;
    private final HttpSettings settings;
    private final Semaphore streams;
    private volatile boolean closing;

    EventEndpoint(DocumentReadings readings, HttpSettings settings) {
        this.readings = readings;
        this.settings = settings;
        streams = new Semaphore(settings.maxStreams());
    }

    /** Tells what happens to a document until it is done or the client goes away. */
    void stream(HttpExchange exchange, String id) throws IOException, InterruptedException {
        if (!streams.tryAcquire()) {
            throw new Problem(
                    Problem.Code.UNAVAILABLE,
                    "at most ingest.http.max-streams=" + settings.maxStreams() + " streams of events expected, more"
                            + " found; try again later");
        }
        try {
            DocumentReading reading = readings.find(id).orElseThrow(() -> DocumentEndpoint.unknown(id));
            Told told = Told.of(lastEventId(exchange), reading.snapshot());
            if (told.everything(reading.snapshot())) {
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            IngestServer.headers(exchange, "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                tell(out, id, reading, told);
            }
        } finally {
            streams.release();
        }
    }

    private static Optional<String> lastEventId(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Last-Event-ID"))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private void tell(OutputStream out, String id, DocumentReading first, Told told)
            throws IOException, InterruptedException {
        DocumentReading reading = first;
        int seen = 0;
        comment(out);
        while (!closing) {
            List<PageOutcome> arrivals = reading.await(seen, settings.heartbeat());
            seen += arrivals.size();
            for (PageOutcome outcome : arrivals) {
                if (told.add(outcome)) {
                    event(
                            out,
                            "page",
                            told,
                            DocumentJson.outcome(reading.snapshot().status(), outcome));
                }
            }
            DocumentReading.Snapshot now = reading.snapshot();
            if (now.finished() && seen >= now.outcomes().size()) {
                event(out, "done", told, DocumentJson.progress(now));
                return;
            }
            if (arrivals.isEmpty()) {
                comment(out);
            }
            Optional<DocumentReading> current = readings.find(id);
            if (current.isEmpty()) {
                return; // taken away
            }
            if (current.get() != reading) {
                reading = current.get(); // left memory, or begun anew
                seen = 0;
                told = told.in(reading.snapshot());
            }
        }
    }

    private static void comment(OutputStream out) throws IOException {
        out.write(": heartbeat\n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void event(OutputStream out, String kind, Told told, Object data) throws IOException {
        String event = "id: " + told.id() + "\nevent: " + kind + "\ndata: " + JSON.writeValueAsString(data) + "\n\n";
        out.write(event.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Ends all streams once somebody wakes them. */
    @Override
    public void close() {
        closing = true;
    }

    /** Which pages of an undertaking a client knows. */
    private record Told(long acceptedMillis, BitSet pages) {
        private Told {
            pages = (BitSet) pages.clone();
        }

        /** @throws Problem if the id is none that was given out */
        static Told of(Optional<String> lastEventId, DocumentReading.Snapshot reading) {
            if (lastEventId.isEmpty()) {
                return none(reading);
            }
            try {
                String[] parts = lastEventId.get().split(":", 2);
                return new Told(Long.parseLong(parts[0]), PageRanges.parse(parts.length < 2 ? "" : parts[1]))
                        .in(reading);
            } catch (IllegalArgumentException e) {
                throw new Problem(
                        Problem.Code.INVALID,
                        "Last-Event-ID: the id of an event of this stream expected, '" + lastEventId.get() + "' found",
                        e);
            }
        }

        private static Told none(DocumentReading.Snapshot reading) {
            return new Told(reading.status().getAcceptedAt().toEpochMilli(), new BitSet());
        }

        /** The same if the reading is of the same undertaking, else nothing. */
        Told in(DocumentReading.Snapshot reading) {
            return reading.status().getAcceptedAt().toEpochMilli() == acceptedMillis ? this : none(reading);
        }

        /** False if the client knew the page. */
        boolean add(PageOutcome outcome) {
            boolean isNew = !pages.get(outcome.page());
            pages.set(outcome.page());
            return isNew;
        }

        /** True if nothing is left to tell. */
        boolean everything(DocumentReading.Snapshot reading) {
            return reading.finished()
                    && !pages.isEmpty()
                    && reading.outcomes().stream().allMatch(outcome -> pages.get(outcome.page()));
        }

        String id() {
            return acceptedMillis + ":" + PageRanges.text(pages);
        }
    }
}
