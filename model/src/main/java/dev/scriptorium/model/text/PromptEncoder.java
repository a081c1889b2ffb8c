package dev.scriptorium.model.text;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Builds a prompt's token ids: the start token, the text with each piece around {@code <image>}
 * tokenized for itself, and as many image ids as the page has vision tokens. Nothing closes it:
 * the answer goes on right behind (SPEC section 4.1).
 */
public final class PromptEncoder {
    private final Tokenizer tokenizer;
    private final int bos;
    private final int image;

    /** Uses the ids of this tokenizer, which stays the caller's to close. */
    public PromptEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.bos = tokenizer.id(Tokenizer.BOS);
        this.image = tokenizer.id(Tokenizer.IMAGE);
    }

    /** A prompt of the closed set, as the model is asked when it reads. */
    public PromptTokens encode(Prompt prompt, int visionTokens) {
        return encode(prompt.template(), visionTokens);
    }

    /**
     * A prompt given as text. White space at its ends counts: the reference strips it before reading
     * but not before training.
     *
     * @param template text with at most one {@code <image>}
     * @param visionTokens how many ids take its place; ignored if it has none
     * @throws IllegalArgumentException if there are several {@code <image>}
     */
    public PromptTokens encode(String template, int visionTokens) {
        int at = template.indexOf(Tokenizer.IMAGE);
        if (at < 0) {
            int[] ids = IntStream.concat(IntStream.of(bos), Arrays.stream(tokenizer.encode(template)))
                    .toArray();
            return new PromptTokens(ids, ids.length, 0);
        }
        String after = template.substring(at + Tokenizer.IMAGE.length());
        if (after.contains(Tokenizer.IMAGE)) {
            throw new IllegalArgumentException("prompt: one <image> at most expected, '" + template + "' found");
        }
        int[] before = tokenizer.encode(template.substring(0, at));
        int[] behind = tokenizer.encode(after);
        int[] ids = new int[1 + before.length + visionTokens + behind.length];
        int imageStart = 1 + before.length;
        ids[0] = bos;
        System.arraycopy(before, 0, ids, 1, before.length);
        Arrays.fill(ids, imageStart, imageStart + visionTokens, image);
        System.arraycopy(behind, 0, ids, imageStart + visionTokens, behind.length);
        return new PromptTokens(ids, imageStart, visionTokens);
    }
}
