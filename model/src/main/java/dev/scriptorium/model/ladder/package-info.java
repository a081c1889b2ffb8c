/** How often, and how otherwise, a page is read whose reading went wrong: pure decisions, without an engine. */
package dev.scriptorium.model.ladder;
