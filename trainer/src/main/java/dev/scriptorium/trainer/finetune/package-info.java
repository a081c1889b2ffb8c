/** Trains an adapter on a folder of labeled images, and resumes a training that was interrupted. */
package dev.scriptorium.trainer.finetune;
