package dev.scriptorium.ingest;

import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;

/** What became of a page: every page ends as one of the two. */
public sealed interface PageResult {

    /** The page. */
    String pageId();

    /** The record of the page that this is the result of. */
    SourceOffset source();

    /** It was read. */
    record Recognized(Recognition recognition) implements PageResult {
        @Override
        public String pageId() {
            return recognition.getPageId();
        }

        @Override
        public SourceOffset source() {
            return recognition.getSource();
        }
    }

    /** It was given up. */
    record GivenUp(DeadLetter letter) implements PageResult {
        @Override
        public String pageId() {
            return letter.getPageId();
        }

        @Override
        public SourceOffset source() {
            return letter.getSource();
        }
    }
}
