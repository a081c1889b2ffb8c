/**
 * Synthetic text lines with their truth: what nano learns to read from. Fonts, texts and wear are
 * drawn at random, every line from its seed alone.
 */
package dev.scriptorium.trainer.draw;
