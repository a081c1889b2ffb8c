package dev.scriptorium.feedback.forget;

import java.util.List;
import java.util.Map;

/**
 * What was forgotten of a document, or would be.
 *
 * @param documentId the document
 * @param pages all of its pages that are known
 * @param tombstones how many were written, by topic
 * @param blobsDeleted URIs of images that were deleted
 * @param blobsKept URIs of images that were not, each with the reason
 * @param remains what cannot be deleted, in words
 */
public record Forgotten(
        String documentId,
        List<String> pages,
        Map<String, Integer> tombstones,
        List<String> blobsDeleted,
        Map<String, String> blobsKept,
        List<String> remains) {
    public Forgotten {
        pages = List.copyOf(pages);
        tombstones = Map.copyOf(tombstones);
        blobsDeleted = List.copyOf(blobsDeleted);
        blobsKept = Map.copyOf(blobsKept);
        remains = List.copyOf(remains);
    }
}
