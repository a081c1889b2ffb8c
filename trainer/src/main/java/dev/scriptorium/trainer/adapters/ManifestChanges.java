package dev.scriptorium.trainer.adapters;

import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.Rollout;
import java.time.Instant;
import java.util.List;

/** New manifests for known adapters. */
public final class ManifestChanges {
    private ManifestChanges() {}

    /**
     * An adapter reads all pages of a domain from now on.
     *
     * @param origin of the adapter
     * @param reason for people
     */
    public static AdapterManifest promoted(AdapterManifest origin, String domain, String reason, Instant now) {
        return AdapterManifest.newBuilder(origin)
                .setDomain(domain)
                .setState(AdapterState.ACTIVE)
                .setReason(reason)
                .setActive(origin.getAdapterId())
                .setActiveFiles(List.of())
                .setRollout(Rollout.FULL)
                .setCandidate("")
                .setCandidateFiles(List.of())
                .setShare(0)
                .setCreatedAt(now)
                .build();
    }

    /**
     * An adapter reads a share of a domain's documents from now on, for a trial.
     *
     * @param origin of the adapter
     * @param active who reads the others; empty for the base model
     * @param files of the active one
     * @param rollout instead of it, or beside it
     * @param share 0..1 of the documents
     * @param reason for people
     */
    public static AdapterManifest onTrial(
            AdapterManifest origin,
            String domain,
            String active,
            List<AdapterFile> files,
            Rollout rollout,
            double share,
            String reason,
            Instant now) {
        return AdapterManifest.newBuilder(promoted(origin, domain, reason, now))
                .setState(AdapterState.CANDIDATE)
                .setActive(active)
                .setActiveFiles(files)
                .setRollout(rollout)
                .setCandidate(origin.getAdapterId())
                .setShare(share)
                .build();
    }

    /**
     * An adapter no longer reads a domain's pages, not even a share of them.
     *
     * @param origin of the adapter
     * @param successor who reads them all; empty for the base model
     * @param files of the successor
     * @param reason for people
     */
    public static AdapterManifest rolledBack(
            AdapterManifest origin,
            String domain,
            String successor,
            List<AdapterFile> files,
            String reason,
            Instant now) {
        return AdapterManifest.newBuilder(promoted(origin, domain, reason, now))
                .setState(AdapterState.ROLLED_BACK)
                .setActive(successor)
                .setActiveFiles(files)
                .build();
    }
}
