/** Dead letters: which there are, what became of their pages, and another try. */
package dev.scriptorium.worker.replay;
