/** Finds out which pages make a document, and which are missing: recognitions and dead letters to {@code ocr.documents}. */
package dev.scriptorium.documents.assemble;
