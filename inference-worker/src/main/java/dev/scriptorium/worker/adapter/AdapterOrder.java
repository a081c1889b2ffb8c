package dev.scriptorium.worker.adapter;

import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.schemas.SourceOffset;
import java.util.Optional;

/**
 * What a record of {@code ocr.adapters} asks of workers.
 *
 * @param domain whose pages are concerned
 * @param baseModelDigest the model that the adapters fit
 * @param active reads pages; none for the base model
 * @param candidate on trial
 * @param rollout what the candidate does
 * @param share share 0..1 of the documents that it does it with
 * @param source where the record lies
 */
record AdapterOrder(
        String domain,
        String baseModelDigest,
        Optional<AdapterRef> active,
        Optional<AdapterRef> candidate,
        Rollout rollout,
        double share,
        SourceOffset source) {

    /**
     * Takes a manifest apart.
     *
     * @throws RecordException if it contradicts itself
     */
    static AdapterOrder of(AdapterManifest manifest, SourceOffset source) {
        String place = "manifest at " + source.getTopic() + "-" + source.getPartition() + " offset "
                + source.getOffset() + ": ";
        Rollout rollout = manifest.getRollout();
        Optional<AdapterRef> candidate = AdapterRef.candidate(manifest);
        if (candidate.isPresent() == (rollout == Rollout.FULL)) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    place + "a candidate with CANARY and SHADOW and none with FULL expected, rollout " + rollout
                            + " and candidate '" + manifest.getCandidate() + "' found");
        }
        double share = manifest.getShare();
        if (!(share >= 0 && share <= 1)) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD, place + "a share of 0 to 1 expected, " + share + " found");
        }
        return new AdapterOrder(
                manifest.getDomain(),
                manifest.getBaseModelDigest(),
                AdapterRef.active(manifest),
                candidate,
                rollout,
                share,
                source);
    }

    /** What a deleted manifest asks: the base model reads the domain's pages. */
    static AdapterOrder base(String domain, SourceOffset source) {
        return new AdapterOrder(domain, "", Optional.empty(), Optional.empty(), Rollout.FULL, 0, source);
    }
}
