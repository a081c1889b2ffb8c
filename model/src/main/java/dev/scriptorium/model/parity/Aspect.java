package dev.scriptorium.model.parity;

import java.util.Locale;

/** What a golden is about. */
public enum Aspect {
    /** Pixels of views and tiles, equal to the last. */
    PREPROCESSING,
    /** How a page is cut into tiles. */
    TILE_GRIDS,
    /** Texts to ids and back, special tokens. */
    TOKENIZER,
    /** Prompts with their image places. */
    PROMPTS,
    /** Ids that repetition rules forbid. */
    NGRAM_RULES,
    /** Element types of a safetensors file. */
    TENSOR_TYPES,
    /** Tensors inside the network, and logits. */
    STAGES,
    /** Whole answers. */
    GENERATIONS,
    /** Losses, gradients and steps of an adapter in training, and logits with one. */
    LORA;

    /** The name in reports: {@code tile-grids}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
