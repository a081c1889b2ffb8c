package dev.scriptorium.ingest;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file that may hold pages.
 *
 * @param path where it is
 * @param named true if the caller named it, false if it was found in a folder
 * @param title what people call it, if that is not the file's name
 * @param asked what is asked for its pages, if that is not what is asked for all
 */
public record Document(Path path, boolean named, Optional<String> title, Optional<Asked> asked) {
    public Document {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(asked, "asked");
    }

    private static final Pattern DOCUMENT_NAME = Pattern.compile(
            ".*\\.(png|jpe?g|jpe|jfif|tiff?|gif|bmp|webp|jp2|j2k|jpx|pdf|svg|html?)", Pattern.CASE_INSENSITIVE);

    /** A document with a name of its own, of which is asked what is asked of all. */
    public Document(Path path, boolean named) {
        this(path, named, Optional.empty(), Optional.empty());
    }

    /** What people call it. */
    public String name() {
        Path file = path.getFileName();
        return title.orElseGet(() -> file == null ? path.toString() : file.toString());
    }

    /** What errors call it. */
    String place() {
        return title.orElseGet(path::toString);
    }

    /** True if it is a note or a table that lies in a folder of documents: nobody meant it, so nobody is told. */
    public boolean isPassedOver(RefusedException refusal) {
        return refusal.isText() && !named && !isCalledADocument();
    }

    /** True if the name promises a document, so that something else under it is worth a complaint. */
    private boolean isCalledADocument() {
        return DOCUMENT_NAME.matcher(name()).matches();
    }
}
