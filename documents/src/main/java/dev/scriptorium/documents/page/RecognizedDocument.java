package dev.scriptorium.documents.page;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * A document to be written. Its pages are taken one after the other, each once, so that one page is in memory at a time.
 *
 * @param id the document's id
 * @param name what people call it; may be empty
 * @param pages in page order
 */
public record RecognizedDocument(String id, String name, Iterator<? extends DocumentPage> pages) {
    public RecognizedDocument {
        id = Characters.clean(Objects.requireNonNull(id, "id"));
        name = Characters.clean(Objects.requireNonNull(name, "name"));
        Objects.requireNonNull(pages, "pages");
    }

    /** A document of pages that are at hand. */
    public static RecognizedDocument of(String id, String name, List<? extends DocumentPage> pages) {
        return new RecognizedDocument(id, name, pages.iterator());
    }

    /** The name, or the id where there is none. */
    public String title() {
        return name.isBlank() ? id : name;
    }
}
