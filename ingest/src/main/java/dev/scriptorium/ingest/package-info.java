/** Documents in: files and folders become pages on {@code ocr.pages}. */
package dev.scriptorium.ingest;
