package dev.scriptorium.ingest;

/** Why a document, or one page of it, was not taken in. */
public enum Refusal {
    /** The file is missing, may not be read, or is no regular file. */
    UNREADABLE,
    /** The file has no bytes. */
    EMPTY,
    /** The first bytes are of no picture: text, random bytes. */
    NOT_AN_IMAGE,
    /** A document, but of a kind that is not read here. */
    UNSUPPORTED,
    /** The document asks for a password, and none that fits was given. */
    ENCRYPTED,
    /** The file ends before the picture does. */
    TRUNCATED,
    /** The bytes contradict their format. */
    UNDECODABLE,
    /** More pixels, bytes or pages than the limits allow. */
    OVERSIZE,
    /** Making a picture of the page took longer than a page may. */
    TIMEOUT,
    /** Making a picture of the page took more memory than a page may. */
    OUT_OF_MEMORY
}
