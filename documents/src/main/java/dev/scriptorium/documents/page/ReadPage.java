package dev.scriptorium.documents.page;

import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.TextRegion;
import java.util.List;
import java.util.Objects;

/**
 * A page that was read. Its texts hold no characters that a file format forbids.
 *
 * @param number page within the document, from 1
 * @param id {@code documentId/number}
 * @param width pixels as a viewer shows it; 0 if unknown
 * @param height pixels as a viewer shows it; 0 if unknown
 * @param text all of it as the model wrote it, lines separated by LF
 * @param markdown true if {@code text} is Markdown
 * @param blocks its pieces in reading order
 * @param origin who read it, how well
 * @param scan its image, fetched when it is asked for
 */
public record ReadPage(
        int number,
        String id,
        int width,
        int height,
        String text,
        boolean markdown,
        List<TextBlock> blocks,
        Origin origin,
        PageScan scan)
        implements DocumentPage {
    private static final String MARKDOWN = "markdown";

    public ReadPage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(scan, "scan");
        blocks = List.copyOf(blocks);
    }

    /**
     * Where a text comes from.
     *
     * @param outcome why it ended: OK, LENGTH, LOOP, BLANK
     * @param confidence probability 0..1; what is none counts as 0
     * @param mode resolution that was used
     * @param modelDigest SHA-256 of the model's files; may be empty
     * @param adapterId empty for the base model
     * @param rotation degrees by which the page was turned clockwise to be read; what is not 90, 180 or 270 counts as 0
     */
    public record Origin(
            String outcome, double confidence, String mode, String modelDigest, String adapterId, int rotation) {
        /** Of a page that was not turned. */
        public Origin(String outcome, double confidence, String mode, String modelDigest, String adapterId) {
            this(outcome, confidence, mode, modelDigest, adapterId, 0);
        }

        public Origin {
            rotation = rotation == 90 || rotation == 180 || rotation == 270 ? rotation : 0;
            outcome = Characters.clean(outcome);
            confidence = confidence >= 0 && confidence <= 1 ? confidence : 0;
            mode = Characters.clean(mode);
            modelDigest = Characters.clean(modelDigest);
            adapterId = Characters.clean(adapterId);
        }
    }

    /**
     * Sets out a page.
     *
     * @param text as the model wrote it
     * @param markdown whether that is Markdown
     * @param regions where pieces of it stand, in pixels of the page; may be empty
     */
    public static ReadPage of(
            int number,
            String id,
            int width,
            int height,
            String text,
            boolean markdown,
            List<TextRegion> regions,
            Origin origin,
            PageScan scan) {
        String clean = Characters.clean(text);
        PageLayout layout = new PageLayout(clean, markdown, regions, width, height, origin.rotation());
        return new ReadPage(
                number,
                Characters.clean(id),
                layout.width(),
                layout.height(),
                clean,
                markdown,
                layout.blocks(),
                origin,
                scan);
    }

    /** A page as a worker read it. */
    public static ReadPage of(Recognition page, PageScan scan) {
        return of(
                page.getPageNumber(),
                page.getPageId(),
                page.getWidth(),
                page.getHeight(),
                page.getText(),
                page.getFormat().equals(MARKDOWN),
                page.getRegions(),
                new Origin(
                        page.getFinishReason(),
                        page.getConfidence(),
                        page.getMode(),
                        page.getModelDigest(),
                        page.getAdapterId(),
                        page.getRotation()),
                scan);
    }

    /** The text without marks of Markdown. */
    public String plainText() {
        return markdown ? PlainText.of(text) : text;
    }

    /** The page's tables, in reading order. */
    public List<Table> tables() {
        return Tables.in(text);
    }
}
