package dev.scriptorium.worker.adapter;

import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.schemas.Rollout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who reads a domain's pages.
 *
 * @param active reads pages; none for the base model
 * @param candidate the adapter on trial; there is one unless the rollout is FULL
 * @param rollout what the candidate does
 * @param share share 0..1 of the documents that it does it with
 */
public record Readers(Optional<LoraAdapter> active, Optional<LoraAdapter> candidate, Rollout rollout, double share) {
    /** The base model reads all. */
    public static final Readers BASE = full(Optional.empty());

    public Readers {
        Objects.requireNonNull(active, "active");
        Objects.requireNonNull(rollout, "rollout");
        if (candidate.isPresent() == (rollout == Rollout.FULL)) {
            throw new IllegalArgumentException("rollout " + rollout + ": " + (candidate.isPresent() ? "no" : "a")
                    + " candidate expected, " + (candidate.isPresent() ? "one" : "none") + " found");
        }
    }

    /** Who reads a page. */
    public enum Duty {
        /** The active adapter. */
        ACTIVE,
        /** The candidate in its place. */
        CANDIDATE,
        /** The active adapter, and the candidate for comparison. */
        BOTH
    }

    static Readers full(Optional<LoraAdapter> active) {
        return new Readers(active, Optional.empty(), Rollout.FULL, 0);
    }

    /** Who reads the pages of a document: the same as long as the candidate is on trial, at a larger share too. */
    public Duty of(String documentId) {
        if (candidate.isEmpty() || fraction(candidate.get().id(), documentId) >= share) {
            return Duty.ACTIVE;
        }
        return rollout == Rollout.CANARY ? Duty.CANDIDATE : Duty.BOTH;
    }

    /** What the adapter on trial is called. */
    public Optional<String> candidateId() {
        return candidate.map(LoraAdapter::id);
    }

    /** Both adapters, as far as there are any. */
    Set<LoraAdapter> adapters() {
        return Stream.concat(active.stream(), candidate.stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** Evenly spread over 0..1; other candidates meet other documents. */
    private static double fraction(String candidate, String documentId) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("trial/" + candidate + "/" + documentId).getBytes(StandardCharsets.UTF_8));
            return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
