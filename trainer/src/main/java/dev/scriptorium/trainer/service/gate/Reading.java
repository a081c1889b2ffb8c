package dev.scriptorium.trainer.service.gate;

import java.util.Objects;

/**
 * What was read from a page; nothing for a page that could not be read.
 *
 * @param text generated freely
 * @param looped whether the model repeated itself
 * @param confidence 0..1, the model's own
 */
public record Reading(String text, boolean looped, double confidence) {
    public Reading {
        Objects.requireNonNull(text, "text");
    }
}
