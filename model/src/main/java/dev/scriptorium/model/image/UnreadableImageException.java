package dev.scriptorium.model.image;

/**
 * An image that cannot be turned into pixels. The fault lies with the image, so trying again does not
 * help. The message names the place, what was expected and what was found.
 */
public abstract sealed class UnreadableImageException extends Exception
        permits UndecodableImageException, OversizeImageException, SlowImageException {
    private static final long serialVersionUID = 1L;

    UnreadableImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
