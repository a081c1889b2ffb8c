package dev.scriptorium.ingest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Documents in, pages out: the straight path from files to {@code ocr.pages}. Used by one thread. */
public final class Ingest {
    private final PageRenderer renderer;
    private final PageProducer producer;
    private final Consumer<Document> progress;

    private final Set<String> documentIds = new HashSet<>();
    private final List<RefusedException> refused = new ArrayList<>();
    private final List<Document> repeated = new ArrayList<>();
    private final List<Document> passedOver = new ArrayList<>();

    /**
     * @param renderer closed by the caller
     * @param producer closed by the caller
     * @param progress told each document that is done, taken in or not
     */
    public Ingest(PageRenderer renderer, PageProducer producer, Consumer<Document> progress) {
        this.renderer = renderer;
        this.producer = producer;
        this.progress = progress;
    }

    /**
     * Takes in everything that can be taken in; what cannot is in the report and does not stop the rest.
     *
     * @param documents what {@link PageSource} found
     * @param documentId name of the document instead of its SHA-256, for a single file
     * @throws org.apache.kafka.common.KafkaException if a page did not arrive
     * @throws IllegalArgumentException if one name is given to several documents
     */
    public IngestReport run(List<Document> documents, Optional<String> documentId) {
        if (documentId.isPresent() && documents.size() != 1) {
            throw new IllegalArgumentException(
                    "document id: exactly one document expected, " + documents.size() + " found");
        }
        for (Document document : documents) {
            take(document, documentId);
            progress.accept(document);
        }
        return new IngestReport(producer.flush(), refused, repeated, passedOver);
    }

    private void take(Document document, Optional<String> documentId) {
        try (DocumentPages pages = renderer.open(document, documentId)) {
            if (!documentIds.add(pages.documentId())) {
                repeated.add(document);
                return;
            }
            for (int number = 1; number <= pages.count(); number++) {
                send(pages, number);
            }
        } catch (RefusedException e) {
            if (document.isPassedOver(e)) {
                passedOver.add(document);
            } else {
                refused.add(e);
            }
        }
    }

    /** One broken page leaves the document's other pages alone. */
    private void send(DocumentPages pages, int number) {
        try {
            producer.send(pages.read(number));
        } catch (RefusedException e) {
            refused.add(e);
        }
    }
}
