/** Forgetting a document: what the topics hold of it, and how it is taken away. */
package dev.scriptorium.feedback.forget;
