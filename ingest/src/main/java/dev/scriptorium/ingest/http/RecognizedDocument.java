package dev.scriptorium.ingest.http;

import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.DocumentReading;
import dev.scriptorium.ingest.documents.PageOutcome;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.Recognition;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was read of a document at one moment. The texts are not in memory: they are read from the topic, a stretch of pages
 * at a time. Used by one thread.
 */
public final class RecognizedDocument {
    private static final int STRETCH_PAGES = 200;

    private final DocumentReading.Snapshot reading;
    private final DocumentLedger ledger;

    RecognizedDocument(DocumentReading.Snapshot reading, DocumentLedger ledger) {
        this.reading = reading;
        this.ledger = ledger;
    }

    /** What is known of it besides its text. */
    public DocumentStatus status() {
        return reading.status();
    }

    /** Is given pages one by one. */
    @FunctionalInterface
    public interface PageVisitor {
        /**
         * A page.
         *
         * @param recognition what was read; nothing of a page that failed
         */
        void page(PageOutcome outcome, Optional<Recognition> recognition) throws IOException;
    }

    /** Reads the pages that are done, in order. */
    public void pages(PageVisitor visitor) throws IOException {
        List<PageOutcome> outcomes = reading.outcomes();
        for (int from = 0; from < outcomes.size(); from += STRETCH_PAGES) {
            List<PageOutcome> stretch = outcomes.subList(from, Math.min(from + STRETCH_PAGES, outcomes.size()));
            Map<Integer, Recognition> texts = ledger.recognitions(stretch);
            for (PageOutcome outcome : stretch) {
                visitor.page(outcome, Optional.ofNullable(texts.get(outcome.page())));
            }
        }
    }
}
