package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.text.Prompt;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One page to read.
 *
 * @param pageId what logs and errors call the page
 * @param image the encoded image (PNG, JPEG, TIFF, ...), position to limit, not copied: the caller leaves it alone
 * @param prompt what is asked of the model
 * @param mode resolution, or {@link Mode#AUTO}
 * @param domain whose adapter reads the page; empty for the base model
 * @param trial true for the domain's adapter on trial in place of its active one, if there is one by then
 */
public record PageRequest(String pageId, ByteBuffer image, Prompt prompt, Mode mode, String domain, boolean trial) {
    public PageRequest {
        Objects.requireNonNull(pageId, "pageId");
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(domain, "domain");
    }

    /** One that the domain's active adapter reads. */
    public PageRequest(String pageId, ByteBuffer image, Prompt prompt, Mode mode, String domain) {
        this(pageId, image, prompt, mode, domain, false);
    }

    /** The same page, read with the domain's adapter on trial. */
    public PageRequest onTrial() {
        return new PageRequest(pageId, image.duplicate(), prompt, mode, domain, true);
    }
}
