package dev.scriptorium.model.text;

import java.util.Locale;

/**
 * What is asked of the model: the prompts it was trained on. Free text is not accepted, because other
 * wordings make it loop (SPEC section 4.2).
 */
public enum Prompt {
    /** Text without layout. */
    FREE_OCR("<image>\nFree OCR."),
    /** Markdown with a box for every block. */
    DOCUMENT("<image>\n<|grounding|>Convert the document to markdown."),
    /** Text with a box for every piece, for images that are not documents. */
    GROUNDED_OCR("<image>\n<|grounding|>OCR this image."),
    /** A chart as a table, a formula drawing as its notation. */
    FIGURE("<image>\nParse the figure."),
    /** A description in sentences. */
    DESCRIBE("<image>\nDescribe this image in detail.");

    private final String template;

    Prompt(String template) {
        this.template = template;
    }

    /** The text with its {@code <image>} place, as the model is given it (already stripped). */
    public String template() {
        return template;
    }

    /** True when the answer carries {@code <|ref|>} and {@code <|det|>} items. */
    public boolean grounded() {
        return template.contains("<|grounding|>");
    }

    /** The name used on the command line and in records: {@code free-ocr}, {@code document}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a prompt by its {@link #label()}.
     *
     * @throws IllegalArgumentException if there is none; the message lists all of them
     */
    public static Prompt of(String label) {
        for (Prompt prompt : values()) {
            if (prompt.label().equals(label.trim().toLowerCase(Locale.ROOT))) {
                return prompt;
            }
        }
        throw new IllegalArgumentException(
                "task: one of free-ocr, document, grounded-ocr, figure, describe expected, '" + label + "' found");
    }
}
