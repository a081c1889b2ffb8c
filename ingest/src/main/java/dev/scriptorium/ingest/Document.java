package dev.scriptorium.ingest;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A file that may hold pages.
 *
 * @param path where it is
 * @param named true if the caller named it, false if it was found in a folder
 */
public record Document(Path path, boolean named) {
    public Document {
        Objects.requireNonNull(path, "path");
    }

    /** What people call it. */
    public String name() {
        Path file = path.getFileName();
        return file == null ? path.toString() : file.toString();
    }
}
