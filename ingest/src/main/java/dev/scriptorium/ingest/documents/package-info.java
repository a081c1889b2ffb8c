/** Where documents stand: the books on them, and what became of their pages, as the topics tell it. */
package dev.scriptorium.ingest.documents;
