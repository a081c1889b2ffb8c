package dev.scriptorium.model.text;

import java.util.Arrays;
import java.util.Objects;

/**
 * A prompt as the decoder takes it. The image's places are one run of equal ids, whose embeddings
 * the vision tokens replace.
 */
public final class PromptTokens {
    private final int[] ids;
    private final int imageStart;
    private final int imageCount;

    PromptTokens(int[] ids, int imageStart, int imageCount) {
        Objects.checkFromIndexSize(imageStart, imageCount, ids.length);
        this.ids = ids;
        this.imageStart = imageStart;
        this.imageCount = imageCount;
    }

    /** A copy of the ids. */
    public int[] ids() {
        return ids.clone();
    }

    /** Number of ids. */
    public int length() {
        return ids.length;
    }

    /** Index of the first vision token. */
    public int imageStart() {
        return imageStart;
    }

    /** Number of vision tokens; 0 for a prompt without an image. */
    public int imageCount() {
        return imageCount;
    }

    @Override
    public String toString() {
        return "PromptTokens[" + Arrays.toString(ids) + ", image " + imageStart + " + " + imageCount + "]";
    }
}
