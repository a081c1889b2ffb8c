/** Documents in by HTTP, and what was read of them out. */
package dev.scriptorium.ingest.http;
