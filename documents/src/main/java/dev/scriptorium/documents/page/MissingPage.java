package dev.scriptorium.documents.page;

import java.util.Objects;

/**
 * A page of which there is no text.
 *
 * @param number page within the document, from 1
 * @param code why: an error code, or {@link #NOT_YET}
 * @param message place, expectation and value, for people; may be empty
 */
public record MissingPage(int number, String code, String message) implements DocumentPage {
    /** The code of a page that nobody has heard of yet. */
    public static final String NOT_YET = "NOT_YET";

    public MissingPage {
        code = Characters.clean(Objects.requireNonNull(code, "code"));
        message = Characters.clean(Objects.requireNonNull(message, "message"));
    }
}
