/** Learns from drawn lines what a model's confidence is worth. */
package dev.scriptorium.trainer.calibrate;
