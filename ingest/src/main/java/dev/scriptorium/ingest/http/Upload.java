package dev.scriptorium.ingest.http;

import java.nio.file.Path;

/**
 * A document that was received.
 *
 * @param file where it lies
 * @param sha256 lower-case hexadecimal
 */
record Upload(Path file, String sha256, long bytes) {}
