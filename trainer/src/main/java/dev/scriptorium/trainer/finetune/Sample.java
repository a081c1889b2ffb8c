package dev.scriptorium.trainer.finetune;

import java.util.Objects;

/**
 * A labeled image.
 *
 * @param name what messages call it
 * @param source where its bytes come from
 * @param text what it says, NFC, no white space at its ends
 */
public record Sample(String name, Source source, String text) {

    /** The bytes of an image. */
    @FunctionalInterface
    public interface Source {
        /**
         * Reads them.
         *
         * @throws java.io.IOException if they cannot be read
         */
        byte[] read() throws java.io.IOException;
    }

    public Sample {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(text, "text");
    }
}
