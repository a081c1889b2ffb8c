package dev.scriptorium.model.image;

/** The image has more pixels than allowed, or would not fit into memory. */
public final class OversizeImageException extends UnreadableImageException {
    private static final long serialVersionUID = 1L;

    OversizeImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
