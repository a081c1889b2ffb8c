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
}
