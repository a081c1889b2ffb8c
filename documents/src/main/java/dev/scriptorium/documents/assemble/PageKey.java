package dev.scriptorium.documents.assemble;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;

/**
 * A page id, taken apart.
 *
 * @param documentId everything before the last slash
 * @param number page within the document, from 1
 */
record PageKey(String documentId, int number) {

    /**
     * Takes a record's key apart.
     *
     * @throws RecordException if it is no page id, or the number is too large
     */
    static PageKey parse(String key, int maxPages) {
        int slash = key == null ? -1 : key.lastIndexOf('/');
        // NUL ends a document's id in the stores.
        if (slash < 1 || key.indexOf('\0') >= 0 || !key.substring(slash + 1).matches("[1-9]\\d{0,8}")) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD, "key '" + key + "': <documentId>/<page number> expected");
        }
        int number = Integer.parseInt(key.substring(slash + 1));
        if (number > maxPages) {
            throw new RecordException(
                    ErrorCode.OVERSIZE, "key '" + key + "': a page number up to " + maxPages + " expected");
        }
        return new PageKey(key.substring(0, slash), number);
    }
}
