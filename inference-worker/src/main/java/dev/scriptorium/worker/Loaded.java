package dev.scriptorium.worker;

import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.RecordException;

/** What a polled record turned out to be. */
sealed interface Loaded {

    /**
     * A page with its image at hand.
     *
     * @param page the record
     * @param request what the engine is asked
     */
    record Page(PageImage page, PageRequest request) implements Loaded {}

    /**
     * A record that is no page, or whose image is not to be had.
     *
     * @param stage where it went wrong: deserialize or fetch
     * @param cause what is wrong with it
     */
    record Refused(String stage, RecordException cause) implements Loaded {}
}
