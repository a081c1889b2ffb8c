package dev.scriptorium.documents.write;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a document can be written as. */
public enum DocumentFormat {
    /** Plain text; pages end with a form feed, as pdftotext's do. */
    TEXT("text/plain; charset=utf-8", "txt"),
    /** Markdown as the model wrote it. */
    MARKDOWN("text/markdown; charset=utf-8", "md"),
    /** Everything: regions, lines, words, boxes, confidences, tables. */
    JSON("application/json", "json"),
    /** hOCR 1.2, as XHTML. */
    HOCR("application/xhtml+xml", "hocr"),
    /** ALTO 4. */
    ALTO("application/xml", "alto.xml"),
    /** PDF/A-2b: the images, with the text behind them. */
    PDF("application/pdf", "pdf"),
    /** The tables alone, as HTML. */
    HTML("text/html; charset=utf-8", "html"),
    /** The tables alone, as CSV (RFC 4180), an empty line between two. */
    CSV("text/csv; charset=utf-8; header=absent", "csv");

    private final String mediaType;
    private final String extension;

    DocumentFormat(String mediaType, String extension) {
        this.mediaType = mediaType;
        this.extension = extension;
    }

    /** As HTTP names it. */
    public String mediaType() {
        return mediaType;
    }

    /** Of a file's name, without the dot before it. */
    public String extension() {
        return extension;
    }

    /** The name used on the command line and in addresses: {@code text}, {@code hocr}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True if the writer fetches the pages' images. */
    public boolean needsImages() {
        return this == PDF;
    }

    /**
     * Finds a format by its {@link #label()}.
     *
     * @throws IllegalArgumentException if there is none; the message lists all of them
     */
    public static DocumentFormat of(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label().equals(label.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("format: one of "
                        + Arrays.stream(values()).map(DocumentFormat::label).collect(Collectors.joining(", "))
                        + " expected, '" + label + "' found"));
    }
}
