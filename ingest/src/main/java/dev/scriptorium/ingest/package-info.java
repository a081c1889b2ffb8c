/** documents in. */
package dev.scriptorium.ingest;
