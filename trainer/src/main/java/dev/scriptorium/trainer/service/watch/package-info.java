/** Watching adapters in use: whether they read worse than what they replaced, and whether their pages change. */
package dev.scriptorium.trainer.service.watch;
