package dev.scriptorium.documents.page;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A piece of a page.
 *
 * @param box where it stands; the whole page if {@code placed} is false
 * @param placed false if the model did not say where it stands: then no box below it means anything either
 * @param kind {@code text}, or the model's own layout class such as {@code title}, {@code table} or {@code image}
 * @param source what the model wrote: Markdown, tables in HTML
 * @param lines plain text; none for a picture
 * @param confidence probability 0..1 that its text is right
 */
public record TextBlock(Box box, boolean placed, String kind, String source, List<TextLine> lines, double confidence) {
    /** The layout class of plain text. */
    public static final String TEXT = "text";

    public TextBlock {
        Objects.requireNonNull(box, "box");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(source, "source");
        lines = List.copyOf(lines);
    }

    /** True for what has a place and no text. */
    public boolean picture() {
        return lines.isEmpty();
    }

    /** The lines, each on one line. */
    public String text() {
        return lines.stream().map(TextLine::text).collect(Collectors.joining("\n"));
    }
}
