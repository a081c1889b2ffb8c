package dev.scriptorium.ingest.http;

import java.io.IOException;
import java.io.OutputStream;

/** A form in which the text of a document can be had. Thread-safe. */
public interface DocumentFormat {

    /** What requests call it. */
    String name();

    /** What answers call it. */
    String mediaType();

    /**
     * Writes a document.
     *
     * @param document its pages come in order, and only so many at a time that memory stays flat
     * @param out closed by the caller
     */
    void write(RecognizedDocument document, OutputStream out) throws IOException;
}
