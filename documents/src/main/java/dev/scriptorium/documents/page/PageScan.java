package dev.scriptorium.documents.page;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/** Fetches a page's image. */
@FunctionalInterface
public interface PageScan {
    /** For writers that need none. */
    PageScan NONE = Optional::empty;

    /**
     * Fetches it.
     *
     * @return empty if it is kept no longer
     * @throws IOException if it cannot be fetched
     */
    Optional<Image> fetch() throws IOException;

    /**
     * An encoded image.
     *
     * @param bytes PNG or JPEG, position to limit
     * @param dpi dots per inch; 0 if unknown
     */
    record Image(ByteBuffer bytes, int dpi) {
        public Image {
            Objects.requireNonNull(bytes, "bytes");
        }
    }
}
