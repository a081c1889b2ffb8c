package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import java.util.Objects;

/**
 * A drawn line and its truth.
 *
 * @param pixels the line as a scanner would have cut it out, dark on light unless drawn inverted
 * @param text exactly what was drawn, NFC, only characters of {@link Alphabet}
 * @param font the face it was drawn with, for reports
 */
public record DrawnLine(GrayImage pixels, String text, String font) {
    public DrawnLine {
        Objects.requireNonNull(pixels, "pixels");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(font, "font");
    }
}
