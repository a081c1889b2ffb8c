package dev.scriptorium.documents.assemble;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What became of a page.
 *
 * @param kind read, failed, or taken back
 * @param number page within the document, from 1
 * @param pageCount how many pages the document has; 0 if this does not say
 * @param partition where its recognition lies; 0 unless read
 * @param offset where its recognition lies in the partition; 0 unless read
 * @param code why the text ended, or the code of its dead letter
 * @param documentName what people call the document; empty unless read
 * @param timestamp when that was, milliseconds since 1970
 */
record PageNews(
        Kind kind,
        int number,
        int pageCount,
        int partition,
        long offset,
        String code,
        String documentName,
        long timestamp) {
    enum Kind {
        READ,
        FAILED,
        WITHDRAWN
    }

    private static final Pattern CODE = Pattern.compile("\\w{1,24}");
    private static final int MAX_NAME_CHARS = 1000;

    PageNews {
        Objects.requireNonNull(kind, "kind");
        // What foreign records say is bounded, because what is made of them is.
        code = kind == Kind.WITHDRAWN || CODE.matcher(code).matches() ? code : "UNKNOWN";
        documentName =
                documentName.length() <= MAX_NAME_CHARS ? documentName : documentName.substring(0, MAX_NAME_CHARS);
    }

    /** True if this is no news after what is known: a repetition, or a failure of a page that has been read. */
    boolean isStaleAfter(PageNews known) {
        return switch (kind) {
            case READ -> known.kind == Kind.READ && known.partition == partition && known.offset >= offset;
            case FAILED -> known.kind == Kind.READ || known.code.equals(code);
            case WITHDRAWN -> false;
        };
    }
}
