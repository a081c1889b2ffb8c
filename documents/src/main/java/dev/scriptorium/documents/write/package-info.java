/** Files of recognized pages, one writer a format. */
package dev.scriptorium.documents.write;
