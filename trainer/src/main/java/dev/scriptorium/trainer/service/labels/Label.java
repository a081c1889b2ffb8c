package dev.scriptorium.trainer.service.labels;

import java.util.List;
import java.util.Objects;

/**
 * A labeled page as it lies in the {@link LabelStore}.
 *
 * @param pageId the record's key
 * @param documentId document of the page; decides its {@link Side}
 * @param domain whose adapter learns from it; empty for none's
 * @param partition of {@code ocr.labeled}
 * @param offset of {@code ocr.labeled}
 * @param source where the image came from
 * @param image sha256 of the page's encoded image
 * @param text what the page says
 * @param task what the model was asked
 * @param mode resolution it was read with
 * @param lines where the model saw lines, in reading order, and what it read there; empty for whole pages
 * @param reviewers who vouch for the text; those who gave no name are left out
 * @param recognized what was read there when it was reviewed
 * @param adapterId with which adapter; empty for the base model
 * @param storedAt when the trainer first saw it, milliseconds since 1970
 */
public record Label(
        String pageId,
        String documentId,
        String domain,
        int partition,
        long offset,
        String source,
        String image,
        String text,
        String task,
        String mode,
        List<Line> lines,
        List<String> reviewers,
        String recognized,
        String adapterId,
        long storedAt) {
    public Label {
        Objects.requireNonNull(pageId, "pageId");
        Objects.requireNonNull(documentId, "documentId");
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(mode, "mode");
        lines = List.copyOf(lines);
        // files written before there were these have none
        reviewers = reviewers == null ? List.of() : List.copyOf(reviewers);
        recognized = Objects.requireNonNullElse(recognized, "");
        adapterId = Objects.requireNonNullElse(adapterId, "");
    }

    /**
     * A line that the model found.
     *
     * @param x0 left edge in pixels, inclusive
     * @param y0 top edge, inclusive
     * @param x1 right edge, exclusive
     * @param y1 bottom edge, exclusive
     * @param text what it read
     */
    public record Line(int x0, int y0, int x1, int y1, String text) {}

    /** The same without anything that stands on the page. */
    public Label withoutText() {
        return new Label(
                pageId,
                documentId,
                domain,
                partition,
                offset,
                source,
                image,
                "",
                task,
                mode,
                List.of(),
                reviewers,
                "",
                adapterId,
                storedAt);
    }

    /** Whether it is trained on or measured with, for ever. */
    public Side side() {
        return Side.of(documentId);
    }
}
