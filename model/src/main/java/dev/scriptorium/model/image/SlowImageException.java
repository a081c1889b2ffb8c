package dev.scriptorium.model.image;

/** The image takes longer to decode than allowed. */
public final class SlowImageException extends UnreadableImageException {
    private static final long serialVersionUID = 1L;

    SlowImageException(String message) {
        super(message, null);
    }
}
