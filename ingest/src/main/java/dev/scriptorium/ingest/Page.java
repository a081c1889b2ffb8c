package dev.scriptorium.ingest;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One page, ready to travel.
 *
 * @param documentId SHA-256 of the document unless the caller named one
 * @param documentName what people call the document
 * @param number page within the document, from 1
 * @param mediaType kind of the image bytes
 * @param width pixels, as stored
 * @param height pixels, as stored
 * @param dpi dots per inch; 0 if unknown
 * @param image the encoded image, position to limit
 */
public record Page(
        String documentId,
        String documentName,
        int number,
        String mediaType,
        int width,
        int height,
        int dpi,
        ByteBuffer image) {
    public Page {
        Objects.requireNonNull(documentId, "documentId");
        Objects.requireNonNull(documentName, "documentName");
        Objects.requireNonNull(mediaType, "mediaType");
        Objects.requireNonNull(image, "image");
        if (number < 1) {
            throw new IllegalArgumentException("page number: at least 1 expected, " + number + " found");
        }
    }

    /** The record's key: {@code documentId/number}. */
    public String id() {
        return documentId + "/" + number;
    }
}
