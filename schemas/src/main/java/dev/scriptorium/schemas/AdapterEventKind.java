package dev.scriptorium.schemas;

/** What {@link AdapterEvent#getKind()} may say. */
public enum AdapterEventKind {
    /** A worker reads pages of the domain with it from now on, all or a share. */
    LOADED,
    /** A worker reads pages of the domain without it from now on. */
    UNLOADED,
    /** A worker cannot use it, and goes on as before. */
    REFUSED,
    /** Pages that were corrected since were read by what was there before as well: how it compares. */
    WATCHED,
    /** It did worse on later corrections than what was there before, which takes its place again. */
    ROLLED_BACK,
    /** Its pages have become different from what they were. */
    DRIFT
}
