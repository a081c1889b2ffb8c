package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.RecognizedDocument;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a document in one format. A page that is missing is named where the format lets it be; one that is empty is a
 * page without text. Writers keep no state and may be used by several threads.
 */
@FunctionalInterface
public interface DocumentWriter {

    /**
     * Writes a document, taking its pages one by one.
     *
     * @param out not closed
     * @throws IOException if it cannot be written, or an image cannot be fetched
     */
    void write(RecognizedDocument document, OutputStream out) throws IOException;

    /** The writer of a format. */
    static DocumentWriter of(DocumentFormat format) {
        return switch (format) {
            case TEXT -> new PlainTextWriter();
            case MARKDOWN -> new MarkdownWriter();
            case JSON -> new JsonWriter();
            case HOCR -> new HocrWriter();
            case ALTO -> new AltoWriter();
            case PDF -> new PdfWriter();
            case HTML -> new TableHtmlWriter();
            case CSV -> new TableCsvWriter();
        };
    }
}
