package dev.scriptorium.ingest.documents;

import dev.scriptorium.ingest.Document;
import dev.scriptorium.ingest.Ingest;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.IngestProgress;
import dev.scriptorium.ingest.PageProducer;
import dev.scriptorium.ingest.PageRenderer;
import dev.scriptorium.ingest.RefusedException;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.RefusedPage;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes documents in, one after the other, and keeps the books on them. A broker, registry or blob store that does not
 * answer is waited for with growing pauses, because the document is not at fault. Used by one thread.
 */
public final class DocumentTaker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentTaker.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final DocumentReadings readings;
    private final PageRenderer renderer;
    private final PageProducer producer;

    /** @param clock says when a page was taken in */
    public DocumentTaker(IngestConfig config, DocumentReadings readings, Clock clock) {
        this.readings = readings;
        renderer = new PageRenderer(config.imageLimits(), config.render());
        producer = new PageProducer(config, clock);
    }

    /**
     * Sends a document's pages, or the rest of them where an earlier run was killed. When this returns the books say that
     * they are sent, and nothing else remembers how far the document had come.
     *
     * @param documentId with a status in the books
     * @param sent told when all pages are sent, before the books say so
     * @return its status then
     * @throws InterruptedException if the thread is interrupted; the next run goes on
     * @throws RecordException if something is wrong that will not pass
     */
    public DocumentStatus take(Document document, String documentId, Runnable sent) throws InterruptedException {
        return patiently(documentId, () -> {
            Books books = new Books(documentId, sent);
            Ingest.resumable(renderer, producer, books).run(List.of(document), Optional.of(documentId));
            return books.last;
        });
    }

    /**
     * Calls until the answer is a value or an error that will not pass.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws RecordException if something is wrong that will not pass
     */
    public <T> T patiently(String documentId, Supplier<T> call) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return call.get();
            } catch (InterruptException e) {
                throw interrupted(e);
            } catch (RecordException e) {
                if (e.code().action() != ErrorCode.Action.RETRY) {
                    throw e;
                }
                wait(documentId, pause, e);
            } catch (KafkaException e) {
                wait(documentId, pause, e);
            }
            pause = pause.multipliedBy(2);
            pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
    }

    private static InterruptedException interrupted(InterruptException cause) {
        Thread.interrupted(); // the exception says it
        InterruptedException interrupted = new InterruptedException(cause.getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    private static void wait(String documentId, Duration pause, RuntimeException cause) throws InterruptedException {
        LOG.warn(
                "event=waiting document={} pauseMillis={} cause=\"{}\"",
                documentId,
                pause.toMillis(),
                cause.getMessage());
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
    }

    /** Forgets how far a document has come that the books say is sent. */
    public void forget(String documentId) {
        producer.forget(documentId);
    }

    /** Writes down what the ingest tells. */
    private final class Books implements IngestProgress {
        private final String documentId;
        private final Runnable sent;
        private DocumentStatus last;

        private Books(String documentId, Runnable sent) {
            this.documentId = documentId;
            this.sent = sent;
        }

        @Override
        public void opened(Document document, String id, int count, int resumedAfter) {
            last = readings.change(documentId, count > 1, status -> status.setState(DocumentState.SENDING.name())
                    .setPageCount(count)
                    .setRefused(List.of()));
        }

        @Override
        public void refused(Document document, int number, RefusedException refusal) {
            boolean whole = number == WHOLE_DOCUMENT;
            LOG.warn("event=refused document={} page={} code={}", documentId, number, refusal.reason());
            last = readings.change(documentId, whole, status -> {
                List<RefusedPage> refused = new ArrayList<>(status.getRefused());
                refused.add(new RefusedPage(number, refusal.reason().name(), refusal.getMessage()));
                return status.setRefused(refused)
                        .setState(whole ? DocumentState.REFUSED.name() : DocumentState.SENDING.name());
            });
        }

        @Override
        public void sent(Document document) {
            sent.run();
            try {
                // Here and not from the beginning: the file may have moved on.
                last = patiently(
                        documentId,
                        () -> readings.change(documentId, true, status -> status.setState(DocumentState.SENT.name())));
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }

        @Override
        public void document(Document document) {}
    }

    @Override
    public void close() {
        renderer.close();
        producer.close();
    }
}
