package dev.scriptorium.worker.replay;

import dev.scriptorium.schemas.DeadLetter;
import java.time.Instant;
import java.util.Optional;

/**
 * Which letters are meant; all of its parts must fit.
 *
 * @param code a name of {@link dev.scriptorium.schemas.ErrorCode}
 * @param document a document's id, or a page's
 * @param since given up then or later
 * @param until given up before then
 */
public record LetterFilter(
        Optional<String> code, Optional<String> document, Optional<Instant> since, Optional<Instant> until) {

    boolean fits(DeadLetter letter) {
        String page = letter.getPageId();
        return code.filter(it -> !it.equalsIgnoreCase(letter.getCode())).isEmpty()
                && document.filter(it -> !page.equals(it) && !page.startsWith(it + "/"))
                        .isEmpty()
                && since.filter(letter.getFailedAt()::isBefore).isEmpty()
                && until.filter(it -> !letter.getFailedAt().isBefore(it)).isEmpty();
    }
}
