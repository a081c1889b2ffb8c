/** Fetches what a document points at: the recognitions of its pages, and their images. */
package dev.scriptorium.documents.read;
