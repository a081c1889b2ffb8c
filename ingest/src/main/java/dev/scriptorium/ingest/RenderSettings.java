package dev.scriptorium.ingest;

import dev.scriptorium.schemas.settings.Secret;
import dev.scriptorium.schemas.settings.Setting;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How documents without pixels of their own become pictures, and what making a picture of one page may take.
 *
 * @param dpi dots per inch of a rendered page
 * @param maxPixels a page that would have more is rendered at fewer dots per inch
 * @param timeout processor time that a page may take; on the clock it may take four times as long, so that a busy
 *     machine refuses nothing that an idle one reads
 * @param heapBytes heap of the process that renders; never more than this JVM's own
 * @param password opens encrypted documents
 */
public record RenderSettings(
        @Setting(value = "300", min = 36, max = 2400, doc = "dots per inch of a rendered page")
        int dpi,

        @Setting(value = "40000000", min = 1, doc = "a page that would have more pixels is rendered at fewer dpi")
        long maxPixels,

        @Setting(value = "8s", doc = "processor time that making a picture of one page may take")
        Duration timeout,

        @Setting(value = "1GiB", min = 64 << 20, doc = "heap of the process that renders")
        long heapBytes,

        @Setting(doc = "password of encrypted documents") Optional<Secret> password) {

    /** 300 dpi, 8 seconds and 1 GiB a page, no password. */
    public static final RenderSettings DEFAULT =
            new RenderSettings(300, 40_000_000, Duration.ofSeconds(8), 1L << 30, Optional.empty());

    public RenderSettings {
        Objects.requireNonNull(password, "password");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: more than nothing expected, " + timeout + " found");
        }
    }
}
