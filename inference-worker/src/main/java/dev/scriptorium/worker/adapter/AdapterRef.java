package dev.scriptorium.worker.adapter;

import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import java.util.List;
import java.util.Optional;

/**
 * An adapter that a manifest names.
 *
 * @param id sha256 of its files
 * @param files where they lie
 */
record AdapterRef(String id, List<AdapterFile> files) {
    AdapterRef {
        files = List.copyOf(files);
    }

    /** What reads the domain's pages after a manifest; none for the base model. */
    static Optional<AdapterRef> active(AdapterManifest manifest) {
        return of(manifest, manifest.getActive(), manifest.getActiveFiles());
    }

    /** What is on trial after a manifest. */
    static Optional<AdapterRef> candidate(AdapterManifest manifest) {
        return of(manifest, manifest.getCandidate(), manifest.getCandidateFiles());
    }

    /** A manifest carries the files of another adapter than its own apart. */
    private static Optional<AdapterRef> of(AdapterManifest manifest, String id, List<AdapterFile> others) {
        if (id.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new AdapterRef(id, id.equals(manifest.getAdapterId()) ? manifest.getFiles() : others));
    }
}
