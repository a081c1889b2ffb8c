package dev.scriptorium.documents.write;

/** A page's image is not one that can be shown. */
final class UndecodableScanException extends Exception {
    UndecodableScanException(String message, Throwable cause) {
        super(message, cause);
    }
}
