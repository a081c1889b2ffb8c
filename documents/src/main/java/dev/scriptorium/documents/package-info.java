/**
 * What was read, as documents that people can use. {@code page} is a recognized page as writers see it, whichever model
 * read it; {@code write} makes files of pages; {@code assemble} finds out which pages make a document.
 */
package dev.scriptorium.documents;
