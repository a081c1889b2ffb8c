/** A recognized page as writers see it: blocks, lines, words and their places, whichever model read it. */
package dev.scriptorium.documents.page;
