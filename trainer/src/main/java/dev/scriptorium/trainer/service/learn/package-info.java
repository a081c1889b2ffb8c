/** Learning with a real model: labels become samples, samples an adapter, and the engine reads with it. */
package dev.scriptorium.trainer.service.learn;
