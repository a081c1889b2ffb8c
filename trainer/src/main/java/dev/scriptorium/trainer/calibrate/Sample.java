package dev.scriptorium.trainer.calibrate;

import dev.scriptorium.model.confidence.Surprise;

/**
 * A line or word that was read.
 *
 * @param surprise how doubtful the model was
 * @param right whether it says what was drawn
 */
record Sample(Surprise surprise, boolean right) {}
