package dev.scriptorium.ingest.documents;

import java.util.HashSet;
import java.util.Set;

/**
 * Which documents this process is at: two that send the same one at the same time would stop each other. Thread-safe.
 */
public final class Claims {
    private final Set<String> documents = new HashSet<>();

    /** Claims a document; false if somebody has. */
    public synchronized boolean claim(String documentId) {
        return documents.add(documentId);
    }

    /** Whether somebody is at a document. */
    public synchronized boolean isClaimed(String documentId) {
        return documents.contains(documentId);
    }

    /** Lets a document go. */
    public synchronized void release(String documentId) {
        documents.remove(documentId);
    }
}
