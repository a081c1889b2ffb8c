package dev.scriptorium.ingest.documents;

import dev.scriptorium.ingest.Asked;
import dev.scriptorium.ingest.Document;
import dev.scriptorium.ingest.IngestProgress;
import dev.scriptorium.ingest.PageRenderer;
import dev.scriptorium.ingest.RefusedException;
import dev.scriptorium.ingest.SentPage;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.RefusedPage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the books on what a run of the command line takes in, so that the ingest service, and whoever assembles documents,
 * knows of it. A document of several pages is in them from its first page on; one of a single page when that has arrived,
 * together with others. A document that is refused as a whole is told of by the run alone. Used by the run's thread.
 */
public final class IngestBooks implements IngestProgress {
    private static final Logger LOG = LoggerFactory.getLogger(IngestBooks.class);

    private record Single(Document document, DocumentStatus.Builder book) {}

    private final DocumentLedger ledger;
    private final Asked usual;
    private final IngestProgress progress;
    private final DocumentLedger.Ends from;

    /** Documents of one page that have not arrived. */
    private final Map<String, Single> single = new HashMap<>();

    private Optional<DocumentStatus> current = Optional.empty();

    /**
     * To be made before the run begins.
     *
     * @param ledger closed by the caller
     * @param usual what is asked for documents that nothing else is asked for
     * @param progress told everything as well
     */
    public IngestBooks(DocumentLedger ledger, Asked usual, IngestProgress progress) {
        this.ledger = ledger;
        this.usual = usual;
        this.progress = progress;
        from = ledger.ends();
    }

    @Override
    public void opened(Document document, String documentId, int count, int resumedAfter) {
        progress.opened(document, documentId, count, resumedAfter);
        if (count == 1) {
            single.put(documentId, new Single(document, book(document, documentId, Optional.empty())));
            current = Optional.empty();
            return;
        }
        Optional<DocumentStatus> known = ledger.find(documentId);
        DocumentStatus begun = resumedAfter == 0
                ? ledger.open(book(document, documentId, known), from)
                : known.filter(status -> status.getPageCount() == count)
                        .orElseGet(() -> ledger.open(book(document, documentId, known), from.beginnings()));
        change(DocumentStatus.newBuilder(begun).setPageCount(count).setRefused(List.of()), DocumentState.SENDING);
    }

    private DocumentStatus.Builder book(Document document, String documentId, Optional<DocumentStatus> known) {
        Asked asked = document.asked().orElse(usual);
        DocumentStatus.Builder book = DocumentStatus.newBuilder()
                .setDocumentId(documentId)
                .setDocumentName(document.name())
                .setDomain(asked.domain())
                .setTask(asked.task())
                .setMode(asked.mode())
                .setRequests(known.map(DocumentStatus::getRequests).orElse(List.of()));
        try {
            book.setMediaType(PageRenderer.type(document).mediaType()).setBytes(Files.size(document.path()));
        } catch (RefusedException | IOException e) {
            // It was there a moment ago, and its pages are at hand; only its size will not be told.
            LOG.debug("document={} gone while it is taken in", documentId, e);
        }
        return book;
    }

    private void change(DocumentStatus.Builder next, DocumentState state) {
        DocumentStatus status =
                next.setState(state.name()).setChangedAt(ledger.now()).build();
        ledger.put(status);
        current = Optional.of(status);
    }

    @Override
    public void page(Document document, int number, int count) {
        progress.page(document, number, count);
    }

    @Override
    public void refused(Document document, int number, RefusedException refusal) {
        progress.refused(document, number, refusal);
        if (number == WHOLE_DOCUMENT) {
            single.values().removeIf(it -> it.document().equals(document));
            return;
        }
        current = current.map(status -> {
            List<RefusedPage> refused = new ArrayList<>(status.getRefused());
            refused.add(new RefusedPage(number, refusal.reason().name(), refusal.getMessage()));
            return DocumentStatus.newBuilder(status).setRefused(refused).build();
        });
    }

    @Override
    public void arrived(List<SentPage> pages) {
        progress.arrived(pages);
        List<DocumentStatus> statuses = new ArrayList<>();
        for (SentPage page : pages) {
            String documentId = page.pageId().substring(0, page.pageId().lastIndexOf('/'));
            statuses.add(DocumentStatus.newBuilder(
                            ledger.open(single.remove(documentId).book(), from))
                    .setPageCount(1)
                    .setState(DocumentState.SENT.name())
                    .build());
        }
        ledger.put(statuses);
    }

    @Override
    public void sent(Document document) {
        progress.sent(document);
        current.ifPresent(status -> change(DocumentStatus.newBuilder(status), DocumentState.SENT));
    }

    @Override
    public void document(Document document) {
        progress.document(document);
    }
}
