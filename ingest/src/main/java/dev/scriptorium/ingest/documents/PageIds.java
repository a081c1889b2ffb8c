package dev.scriptorium.ingest.documents;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code <documentId>/<page number>}. */
final class PageIds {
    private static final Pattern PAGE = Pattern.compile("(.+)/([1-9]\\d{0,8})", Pattern.DOTALL);

    private PageIds() {}

    /** The document of a page; empty for what is no page. */
    static Optional<String> document(String pageId) {
        Matcher parts = PAGE.matcher(pageId);
        return parts.matches() ? Optional.of(parts.group(1)) : Optional.empty();
    }

    /** The number of a page. */
    static int number(String pageId) {
        return Integer.parseInt(pageId.substring(pageId.lastIndexOf('/') + 1));
    }

    /** @param prefix the document and a slash */
    static boolean isPageOf(String prefix, String pageId) {
        return pageId.startsWith(prefix)
                && document(pageId)
                        .filter(document -> document.length() == prefix.length() - 1)
                        .isPresent();
    }
}
