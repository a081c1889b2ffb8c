package dev.scriptorium.documents.read;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.schemas.AssembledDocument;
import dev.scriptorium.schemas.AssembledPage;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.MissingPages;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.blob.BlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Makes documents of what {@code ocr.documents} points at. Recognitions are fetched some pages ahead, images one by one
 * when a writer asks for them. Used by one thread, one document at a time.
 */
public final class DocumentReader implements AutoCloseable {
    /** The code of a page whose recognition is kept no longer: it was read again, or its time is over. */
    static final String GONE = "GONE";

    private static final int PAGES_AHEAD = 128;

    private final PageLimits limits;
    private final Optional<BlobStore> blobs;
    private final RecordFetcher recognitions;
    private final RecordFetcher images;
    private final Deserializer<Recognition> recognition;
    private final Deserializer<PageImage> image;

    /**
     * @param kafka settings of Kafka clients and serdes
     * @param blobs where large images lie; without it they cannot be fetched
     */
    public DocumentReader(Map<String, String> kafka, PageLimits limits, Optional<BlobStore> blobs) {
        this.limits = limits;
        this.blobs = blobs;
        AvroSerdes serdes = new AvroSerdes(kafka);
        recognition = serdes.recognition().deserializer();
        image = serdes.pageImage().deserializer();
        recognitions = new RecordFetcher(kafka, limits);
        images = new RecordFetcher(kafka, limits);
    }

    /** A document, its pages fetched while they are iterated over. */
    public RecognizedDocument document(AssembledDocument document) {
        return new RecognizedDocument(document.getDocumentId(), document.getDocumentName(), new Pages(document));
    }

    /** A page, its image fetched when it is asked for. */
    public ReadPage page(Recognition page) {
        return ReadPage.of(page, () -> scan(page));
    }

    private Optional<PageScan.Image> scan(Recognition page) throws IOException {
        try {
            Optional<PageImage> source = image(page);
            int dpi = source.map(PageImage::getDpi).orElse(0);
            Optional<ByteBuffer> bytes = source.flatMap(PageImage::getImage);
            if (bytes.isEmpty()) {
                Optional<BlobRef> blob = page.getBlob().or(() -> source.flatMap(PageImage::getBlob));
                bytes = blob.isPresent() ? Optional.of(blob(page, blob.get())) : Optional.empty();
            }
            return bytes.map(found -> new PageScan.Image(found, dpi));
        } catch (RecordException e) {
            if (e.code().action() != ErrorCode.Action.DEAD_LETTER) {
                throw new IOException("page " + page.getPageId() + ": " + e.getMessage(), e);
            }
            return Optional.empty(); // gone, or no longer what it was
        }
    }

    private Optional<PageImage> image(Recognition page) {
        return images.fetch(List.of(page.getSource())).values().stream()
                .filter(record -> record.value() != null)
                .map(record -> image.deserialize(record.topic(), record.value()))
                .filter(found -> found.getPageId().equals(page.getPageId()))
                .findFirst();
    }

    private ByteBuffer blob(Recognition page, BlobRef blob) throws IOException {
        if (blobs.isEmpty()) {
            throw new IOException("page " + page.getPageId() + ": its image lies at " + blob.getUri()
                    + ", a blob store expected, none given (--blobs, blobs.uri)");
        }
        return ByteBuffer.wrap(blobs.get().get(blob, limits.maxPageBytes()));
    }

    /** The pages of a document in page order, read and missing ones. */
    private final class Pages implements Iterator<DocumentPage> {
        private final AssembledDocument document;
        private final Deque<AssembledPage> ahead;
        private final Deque<MissingPage> missing = new ArrayDeque<>();
        private final Deque<DocumentPage> fetched = new ArrayDeque<>();

        Pages(AssembledDocument document) {
            this.document = document;
            ahead = new ArrayDeque<>(document.getPages().stream()
                    .sorted(Comparator.comparingInt(AssembledPage::getNumber))
                    .toList());
            for (MissingPages range : document.getMissing()) {
                for (int number = range.getFirst(); number <= range.getLast(); number++) {
                    missing.add(new MissingPage(number, range.getCode(), ""));
                }
            }
        }

        @Override
        public boolean hasNext() {
            return !fetched.isEmpty() || !ahead.isEmpty() || !missing.isEmpty();
        }

        @Override
        public DocumentPage next() {
            if (!hasNext()) {
                throw new NoSuchElementException("document " + document.getDocumentId() + ": no further pages");
            }
            if (fetched.isEmpty() && !ahead.isEmpty()) {
                fetch();
            }
            boolean gap = !missing.isEmpty()
                    && (fetched.isEmpty()
                            || missing.peek().number() < fetched.peek().number());
            return gap ? missing.remove() : fetched.remove();
        }

        private void fetch() {
            List<AssembledPage> chunk = new ArrayList<>();
            while (!ahead.isEmpty() && chunk.size() < PAGES_AHEAD) {
                chunk.add(ahead.remove());
            }
            Map<SourceOffset, ConsumerRecord<String, byte[]>> found =
                    recognitions.fetch(chunk.stream().map(this::place).toList());
            for (AssembledPage page : chunk) {
                fetched.add(page(page, Optional.ofNullable(found.get(place(page)))));
            }
        }

        private SourceOffset place(AssembledPage page) {
            return new SourceOffset(document.getTopic(), page.getPartition(), page.getOffset());
        }

        private DocumentPage page(AssembledPage page, Optional<ConsumerRecord<String, byte[]>> record) {
            String id = document.getDocumentId() + "/" + page.getNumber();
            return record.filter(found -> found.value() != null && id.equals(found.key()))
                    .map(found -> recognition.deserialize(found.topic(), found.value()))
                    .map(found -> (DocumentPage) DocumentReader.this.page(found))
                    .orElseGet(() -> new MissingPage(
                            page.getNumber(),
                            GONE,
                            "page " + id + ": a recognition at " + document.getTopic() + "-" + page.getPartition()
                                    + " offset " + page.getOffset() + " expected, it is kept no longer"));
        }
    }

    @Override
    public void close() {
        recognitions.close();
        images.close();
    }
}
