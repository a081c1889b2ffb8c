package dev.scriptorium.documents.page;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A line of text.
 *
 * @param box where it stands; in a block whose lines the model did not place, its share of the block
 * @param words in reading order, at least one
 * @param confidence probability 0..1 that all of it is right
 */
public record TextLine(Box box, List<TextWord> words, double confidence) {
    public TextLine {
        words = List.copyOf(words);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("line: at least one word expected, none found");
        }
    }

    /** The words, one blank between two. */
    public String text() {
        return words.stream().map(TextWord::text).collect(Collectors.joining(" "));
    }
}
