package dev.scriptorium.documents.page;

/** A page of a document: read, or missing. */
public sealed interface DocumentPage permits ReadPage, MissingPage {

    /** Page within the document, from 1. */
    int number();
}
