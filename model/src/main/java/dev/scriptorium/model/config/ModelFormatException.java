package dev.scriptorium.model.config;

/**
 * A model folder is not what it should be. The message names the file, the key or tensor, what was
 * expected and what was found.
 */
public final class ModelFormatException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ModelFormatException(String message) {
        super(message);
    }

    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
