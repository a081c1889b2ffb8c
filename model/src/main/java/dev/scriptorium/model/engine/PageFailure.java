package dev.scriptorium.model.engine;

/** Why a page could not be read. */
public enum PageFailure {
    /** The bytes are not an image this build can decode. */
    UNDECODABLE,
    /** The image has more pixels than the limit; refused from its header, before decoding. */
    OVERSIZE,
    /** Reading took longer than the page's time limit. */
    TIMEOUT,
    /** The page did not fit into memory. */
    OUT_OF_MEMORY
}
