package dev.scriptorium.feedback;

import dev.scriptorium.schemas.LabeledPage;
import java.util.OptionalDouble;

/**
 * Asks a model how likely a text is, given the image of the page. A text of another page, or one that somebody made
 * up, is far less likely than one that merely corrects what the model got wrong.
 *
 * <p>Implementations are thread-safe and may take seconds.
 */
@FunctionalInterface
public interface PlausibilityCheck {
    /** For where there is no model: nothing is doubted. */
    PlausibilityCheck NONE = label -> OptionalDouble.empty();

    /**
     * The mean log-probability (natural logarithm, at most 0) of a character of the label's true text.
     *
     * @return empty if it cannot be told: the image is gone, or there is no text
     */
    OptionalDouble score(LabeledPage label);
}
