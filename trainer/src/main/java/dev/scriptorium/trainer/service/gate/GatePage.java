package dev.scriptorium.trainer.service.gate;

import java.io.IOException;
import java.util.Objects;

/**
 * A page to measure with.
 *
 * @param pageId what messages call it
 * @param documentId whose page it is; pages of one document stand or fall together
 * @param image where its encoded bytes come from
 * @param text what it says
 * @param task what the model is asked
 * @param mode resolution
 */
public record GatePage(String pageId, String documentId, Image image, String text, String task, String mode) {
    public GatePage {
        Objects.requireNonNull(pageId, "pageId");
        Objects.requireNonNull(documentId, "documentId");
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(mode, "mode");
    }

    /** The same page with another text to compare with. */
    GatePage saying(String other) {
        return new GatePage(pageId, documentId, image, other, task, mode);
    }

    /** The bytes of an image. */
    @FunctionalInterface
    public interface Image {
        /** Reads them. */
        byte[] read() throws IOException;
    }
}
