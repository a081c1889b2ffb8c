package dev.scriptorium.worker.replay;

/** What a replay did about a letter. The names are for machines and never change. */
public enum Replayed {
    /** Its page is on its way again. */
    SENT,
    /** Nothing: the page has been read since. */
    READ,
    /** Nothing: it was sent again before, and its result is awaited. */
    WAITING,
    /** Nothing: it was tried again, and a later letter tells of it. */
    FAILED_AGAIN,
    /** Refused: retention has taken the page's record, or its image is not in the blob store any more. */
    PAGE_GONE,
    /** Refused: what failed was no page but a record of another topic. */
    NOT_A_PAGE,
    /** Nothing: as many as wanted were sent. */
    LEFT;

    /** True where the caller wanted something that cannot be done. */
    public boolean refused() {
        return this == PAGE_GONE || this == NOT_A_PAGE;
    }

    static Replayed of(Letter.State state) {
        return switch (state) {
            case OPEN -> SENT;
            case REPLAYED -> WAITING;
            case READ -> READ;
            case FAILED_AGAIN -> FAILED_AGAIN;
        };
    }
}
