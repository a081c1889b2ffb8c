package dev.scriptorium.model.text;

import java.util.List;

/**
 * An answer of the model, taken apart.
 *
 * @param markdown the text without places; each picture is a link {@code ![](images/K.jpg)}, K counting from 0
 * @param blocks all pieces in reading order
 * @param images where the pictures behind the links are, in the links' order
 */
public record ParsedOutput(String markdown, List<Block> blocks, List<Block.Box> images) {
    public ParsedOutput {
        blocks = List.copyOf(blocks);
        images = List.copyOf(images);
    }
}
