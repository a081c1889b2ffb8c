package dev.scriptorium.trainer.service.labels;

/**
 * What a document's pages are for. The document's name alone decides, by a hash that must never change: a page that was
 * once trained on would otherwise come to measure what it taught.
 */
public enum Side {
    /** Adapters learn from it. */
    TRAIN,
    /** Adapters are measured with it and never learn from it. */
    HELD_OUT;

    /** Of so many documents ... */
    private static final long OF = 100;
    /** ... this many are held out. */
    private static final long HELD = 20;

    /** The side of a document and all its pages, also those yet to come. */
    public static Side of(String documentId) {
        long hash = Long.parseUnsignedLong(DurableFiles.sha256("split/" + documentId), 0, 16, 16);
        return Long.remainderUnsigned(hash, OF) < HELD ? HELD_OUT : TRAIN;
    }
}
