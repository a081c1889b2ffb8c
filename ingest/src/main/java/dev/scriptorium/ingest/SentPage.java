package dev.scriptorium.ingest;

import dev.scriptorium.schemas.SourceOffset;
import java.util.Objects;

/**
 * A page that Kafka has.
 *
 * @param pageId its key
 * @param source where it lies; what is made of it points back here
 */
public record SentPage(String pageId, SourceOffset source) {
    public SentPage {
        Objects.requireNonNull(pageId, "pageId");
        Objects.requireNonNull(source, "source");
    }

    /** The document's part of {@link #pageId}. */
    public String documentId() {
        return pageId.substring(0, pageId.lastIndexOf('/'));
    }

    /** The page within the document, from 1. */
    public int number() {
        return Integer.parseInt(pageId.substring(pageId.lastIndexOf('/') + 1));
    }
}
