/** Documents in by a watched folder. */
package dev.scriptorium.ingest.folder;
