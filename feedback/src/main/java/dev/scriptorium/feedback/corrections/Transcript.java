package dev.scriptorium.feedback.corrections;

import java.util.Objects;

/**
 * The text of a page as a transcription tool wrote it.
 *
 * @param imageName what the tool calls the image; empty if it does not say
 * @param pageNumber page within its document, from 1
 * @param text lines in reading order, separated by LF
 */
public record Transcript(String imageName, int pageNumber, String text) {
    public Transcript {
        Objects.requireNonNull(imageName, "imageName");
        Objects.requireNonNull(text, "text");
    }
}
