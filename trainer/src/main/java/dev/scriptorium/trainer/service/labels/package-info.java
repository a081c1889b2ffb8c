/** Labels as the trainer keeps them on disk, with their images. */
package dev.scriptorium.trainer.service.labels;
