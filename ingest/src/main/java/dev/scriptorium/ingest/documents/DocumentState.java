package dev.scriptorium.ingest.documents;

import dev.scriptorium.schemas.DocumentStatus;
import java.util.Arrays;

/** Where the taking in of a document stands; the names are those of {@code DocumentStatus.state}. */
public enum DocumentState {
    /** Kept, not opened yet. */
    ACCEPTED,
    /** Its pages are on their way. */
    SENDING,
    /** Every page is on {@code ocr.pages}, or refused. */
    SENT,
    /** It cannot be taken in. */
    REFUSED;

    /** The state of a document; one that only newer programs know counts as under way. */
    public static DocumentState of(DocumentStatus status) {
        return Arrays.stream(values())
                .filter(state -> state.name().equals(status.getState()))
                .findFirst()
                .orElse(SENDING);
    }

    /** True if nothing of it will be sent any more. */
    public boolean ended() {
        return this == SENT || this == REFUSED;
    }
}
