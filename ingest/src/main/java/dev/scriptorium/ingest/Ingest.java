package dev.scriptorium.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.InterruptException;

/** Documents in, pages out: the straight path from files to {@code ocr.pages}. Used by one thread. */
public final class Ingest {
    /** Documents of one page that are sent without asking whether they have arrived. */
    private static final int MOST_UNCONFIRMED = 64;

    private final PageRenderer renderer;
    private final PageProducer producer;
    private final IngestProgress progress;
    private final boolean resumable;

    private final Map<String, Document> documents = new HashMap<>();
    private final List<SentPage> sent = new ArrayList<>();
    private final List<RefusedException> refused = new ArrayList<>();
    private final List<Document> repeated = new ArrayList<>();
    private final List<Document> passedOver = new ArrayList<>();
    private int unconfirmed;
    private int resumed;
    private final List<String> earlier = new ArrayList<>();

    /**
     * @param renderer closed by the caller
     * @param producer closed by the caller
     * @param progress told each page and each document that is done
     */
    public Ingest(PageRenderer renderer, PageProducer producer, IngestProgress progress) {
        this(renderer, producer, progress, false);
    }

    private Ingest(PageRenderer renderer, PageProducer producer, IngestProgress progress, boolean resumable) {
        this.renderer = renderer;
        this.producer = producer;
        this.progress = progress;
        this.resumable = resumable;
    }

    /**
     * An ingest for services that go on after a crash with what they were at: it sends a document of one page, too, with
     * a note of how far it has come, and {@link IngestProgress#sent} is told before that note is forgotten.
     */
    public static Ingest resumable(PageRenderer renderer, PageProducer producer, IngestProgress progress) {
        return new Ingest(renderer, producer, progress, true);
    }

    /**
     * Takes in everything that can be taken in; what cannot is in the report and does not stop the rest. May be called once.
     *
     * @param documents what {@link PageSource} found
     * @param documentId name of the document instead of its SHA-256, for a single file
     * @throws org.apache.kafka.common.KafkaException if a page did not arrive
     * @throws InterruptException if the thread is interrupted; the pages sent until then are sent, and the next run goes
     *     on with the rest of a document of several pages
     * @throws IllegalArgumentException if one name is given to several documents
     */
    public IngestReport run(List<Document> documents, Optional<String> documentId) {
        if (documentId.isPresent() && documents.size() != 1) {
            throw new IllegalArgumentException(
                    "document id: exactly one document expected, " + documents.size() + " found");
        }
        for (Document document : documents) {
            take(document, documentId);
            progress.document(document);
        }
        flush();
        return new IngestReport(sent, this.documents, refused, repeated, passedOver, resumed, earlier);
    }

    private void take(Document document, Optional<String> documentId) {
        try (DocumentPages pages = renderer.open(document, documentId)) {
            if (documents.putIfAbsent(pages.documentId(), document) != null) {
                repeated.add(document);
                return;
            }
            if (pages.count() == 1 && !resumable) {
                progress.opened(document, pages.documentId(), 1, 0);
                send(document, pages);
            } else {
                sendAll(document, pages);
            }
        } catch (RefusedException e) {
            if (document.isPassedOver(e)) {
                passedOver.add(document);
            } else {
                refused.add(e);
                progress.refused(document, IngestProgress.WHOLE_DOCUMENT, e);
            }
        }
    }

    private Asked asked(Document document) {
        return document.asked().orElseGet(producer::asked);
    }

    private void send(Document document, DocumentPages pages) throws RefusedException {
        producer.send(pages.read(1), asked(document));
        if (++unconfirmed >= MOST_UNCONFIRMED) {
            flush();
        }
    }

    private void sendAll(Document document, DocumentPages pages) {
        flush(); // so that pages are reported in the order of sending
        try (DocumentSender sender = producer.document(pages.documentId(), pages.count(), asked(document))) {
            resumed += sender.resumedAfter();
            progress.opened(document, pages.documentId(), pages.count(), sender.resumedAfter());
            for (int number = 1; number <= pages.count(); number++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptException(document.path() + ": interrupted before page " + number + " of "
                            + pages.count() + "; run again to go on");
                }
                if (sender.lacks(number)) {
                    send(sender, document, pages, number);
                } else {
                    earlier.add(pages.documentId() + "/" + number);
                }
                progress.page(document, number, pages.count());
            }
            sent.addAll(sender.finish());
            progress.sent(document);
            sender.forget();
        }
    }

    /** One broken page leaves the document's other pages alone. */
    private void send(DocumentSender sender, Document document, DocumentPages pages, int number) {
        try {
            sender.send(pages.read(number));
        } catch (RefusedException e) {
            sender.refuse(number);
            refused.add(e);
            progress.refused(document, number, e);
        }
    }

    private void flush() {
        List<SentPage> arrived = producer.flush();
        unconfirmed = 0;
        sent.addAll(arrived);
        progress.arrived(arrived);
    }
}
