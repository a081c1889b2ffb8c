package dev.scriptorium.feedback;

/** Why a label is held back. The names are on {@code ocr.quarantine}, so they never change; new ones may be added. */
public enum Doubt {
    /** Fewer reviewers than asked for say the same. */
    NO_QUORUM,
    /** The model that sees the page finds the text very unlikely. */
    IMPLAUSIBLE,
    /** Somebody accepted a recognition, without saying its text, that has been replaced since. */
    STALE_ACCEPTANCE
}
