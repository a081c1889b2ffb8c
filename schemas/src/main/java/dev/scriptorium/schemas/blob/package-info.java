/** Bytes that are too large for a record, kept under their own digest. */
package dev.scriptorium.schemas.blob;
