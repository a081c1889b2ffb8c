package dev.scriptorium.ingest.http;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.DocumentReading;
import dev.scriptorium.ingest.documents.PageOutcome;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.Recognition;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The pages of a document for those who write it. The texts are not in memory: they are read from the topic, a stretch of
 * pages at a time, and images one by one. Used by one thread.
 */
final class DocumentText implements Iterator<DocumentPage> {
    private static final int STRETCH_PAGES = 200;

    private final DocumentLedger ledger;
    private final int count;
    private final Map<Integer, PageOutcome> outcomes = new HashMap<>();
    private Map<Integer, Recognition> stretch = Map.of();
    private int next = 1;

    private DocumentText(DocumentReading.Snapshot reading, DocumentLedger ledger) {
        this.ledger = ledger;
        reading.outcomes().forEach(outcome -> outcomes.put(outcome.page(), outcome));
        count = reading.expected().orElseGet(() -> outcomes.keySet().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0));
    }

    /** A document as it stands at one moment. */
    static RecognizedDocument of(DocumentReading.Snapshot reading, DocumentLedger ledger) {
        DocumentStatus status = reading.status();
        return new RecognizedDocument(
                status.getDocumentId(), status.getDocumentName(), new DocumentText(reading, ledger));
    }

    @Override
    public boolean hasNext() {
        return next <= count;
    }

    @Override
    public DocumentPage next() {
        if (!hasNext()) {
            throw new NoSuchElementException("page " + next + " of " + count);
        }
        int number = next++;
        if ((number - 1) % STRETCH_PAGES == 0) {
            stretch = ledger.recognitions(outcomesFrom(number));
        }
        PageOutcome outcome = outcomes.get(number);
        if (outcome == null) {
            return new MissingPage(number, MissingPage.NOT_YET, "");
        }
        Recognition read = stretch.get(number);
        if (read == null) {
            return new MissingPage(number, outcome.outcome(), outcome.message());
        }
        return ReadPage.of(read, scan(read));
    }

    private List<PageOutcome> outcomesFrom(int number) {
        return outcomes.values().stream()
                .filter(outcome -> outcome.page() >= number && outcome.page() < number + STRETCH_PAGES)
                .toList();
    }

    private PageScan scan(Recognition read) {
        return () -> ledger.image(read.getSource());
    }
}
