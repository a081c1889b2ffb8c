/** What adapters there are and were, which of them read, and how that is changed. */
package dev.scriptorium.trainer.adapters;
