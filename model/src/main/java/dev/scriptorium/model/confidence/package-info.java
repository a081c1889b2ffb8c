/** How sure a reading is: from token log-probabilities to calibrated probabilities of lines and words. */
package dev.scriptorium.model.confidence;
