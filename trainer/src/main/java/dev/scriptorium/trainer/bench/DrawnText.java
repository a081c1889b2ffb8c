package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.image.GrayImage;

/**
 * A picture of a known text.
 *
 * @param picture what the model is given
 * @param text what it says
 * @param textTokens tokens of the text
 * @param visionTokens tokens that the model will see it through
 */
record DrawnText(GrayImage picture, String text, int textTokens, int visionTokens) {}
