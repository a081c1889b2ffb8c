package dev.scriptorium.model.image;

/** The bytes are not an image of a known format, or a broken one. */
public final class UndecodableImageException extends UnreadableImageException {
    private static final long serialVersionUID = 1L;

    UndecodableImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
