package dev.scriptorium.documents.assemble;

import java.time.Duration;
import java.util.Objects;

/**
 * When a document is published.
 *
 * @param patience without news of any page, after which a document is published as it is
 * @param settle without news, after which changes to a document that was whole already are published
 * @param maxPages largest page number that is taken: a document has to fit into a record
 * @param retention without news, after which a document is remembered no longer
 */
public record AssemblyRules(Duration patience, Duration settle, int maxPages, Duration retention) {
    /** What one page takes at most in a record of {@code ocr.documents}, bytes. */
    public static final int MAX_PAGE_BYTES = 48;

    public AssemblyRules {
        Objects.requireNonNull(patience, "patience");
        Objects.requireNonNull(settle, "settle");
        Objects.requireNonNull(retention, "retention");
    }
}
