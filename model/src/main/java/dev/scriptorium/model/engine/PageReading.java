package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.Mode;
import java.util.List;
import java.util.Objects;

/**
 * What was read from a page.
 *
 * @param text plain text or Markdown, lines in reading order
 * @param regions where the text stands; empty when the model was asked for text alone
 * @param finish why the text ended
 * @param confidence probability 0..1: the mean of the lines' confidences, weighed by their length, which for
 *     calibrated lines is the share of the text that is expected to stand in lines without a fault
 * @param mode the mode that was used (never {@link Mode#AUTO})
 * @param width page width in pixels, as a viewer shows it
 * @param height page height in pixels
 * @param tokens text tokens generated
 * @param visionTokens vision tokens the page was compressed to
 * @param adapterId the LoRA adapter that read it; empty for the base model
 * @param timing where the time went, of all readings
 * @param attempts how often the page was read; this is the best of them
 * @param quarterTurns how often the page was turned clockwise by 90 degrees to be read, 0 to 3
 * @param inputPixels pixels of all views that the vision encoder was shown
 */
public record PageReading(
        String text,
        List<Region> regions,
        FinishReason finish,
        double confidence,
        Mode mode,
        int width,
        int height,
        int tokens,
        int visionTokens,
        String adapterId,
        Timing timing,
        int attempts,
        int quarterTurns,
        long inputPixels) {
    public PageReading {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(finish, "finish");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(adapterId, "adapterId");
        Objects.requireNonNull(timing, "timing");
        regions = List.copyOf(regions);
    }

    /**
     * Milliseconds per stage. Pages share batches, so a page's stages overlap with its neighbours'.
     *
     * @param decode image decoding, line finding and preprocessing
     * @param encode vision encoder
     * @param generate prefill and decoding
     */
    public record Timing(long decode, long encode, long generate) {
        Timing plus(Timing other) {
            return new Timing(decode + other.decode, encode + other.encode, generate + other.generate);
        }
    }

    /** The same, as the best of several. */
    PageReading of(int readings, Timing allOfThem) {
        return new PageReading(
                text,
                regions,
                finish,
                confidence,
                mode,
                width,
                height,
                tokens,
                visionTokens,
                adapterId,
                allOfThem,
                readings,
                quarterTurns,
                inputPixels);
    }
}
