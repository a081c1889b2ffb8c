package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.schemas.LearnedPage;
import dev.scriptorium.schemas.OffsetRange;
import dev.scriptorium.trainer.service.gate.SetResult;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.run.Outcome;
import dev.scriptorium.trainer.service.run.RunPlan;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Says in a record what a run came to. */
final class Manifests {
    private Manifests() {}

    /**
     * The record.
     *
     * @param files of the new adapter, in the blob store
     * @param active the adapter in use until now
     */
    static AdapterManifest of(RunPlan plan, Outcome outcome, List<AdapterFile> files, List<AdapterFile> active) {
        boolean passed = outcome.verdict().passed();
        return AdapterManifest.newBuilder()
                .setAdapterId(outcome.adapterId())
                .setDomain(plan.domain())
                .setState(passed ? AdapterState.ACTIVE : AdapterState.REJECTED)
                .setReason(outcome.verdict().reason())
                .setActive(passed ? outcome.adapterId() : outcome.active())
                .setActiveFiles(passed ? List.of() : active)
                .setParent(plan.parent())
                .setBaseModelDigest(plan.baseModelDigest())
                .setUri("adapters/" + plan.domain() + "/" + outcome.adapterId())
                .setFiles(files)
                .setTrainedOn(plan.ranges().stream()
                        .map(range -> new OffsetRange(range.partition(), range.from(), range.until()))
                        .toList())
                .setSamples(outcome.samples())
                .setGate(outcome.verdict().results().stream()
                        .map(Manifests::result)
                        .toList())
                .setCreatedAt(Instant.ofEpochMilli(outcome.decidedAt()))
                .build();
    }

    /**
     * The record of an adapter that was refused, so that it does not end the trial of another one.
     *
     * @param latest what was last said about the domain
     */
    static AdapterManifest keepingTrial(AdapterManifest refused, AdapterManifest latest) {
        return AdapterManifest.newBuilder(refused)
                .setRollout(latest.getRollout())
                .setShare(latest.getShare())
                .setCandidate(latest.getCandidate())
                .setCandidateFiles(
                        latest.getCandidate().equals(latest.getAdapterId())
                                ? latest.getFiles()
                                : latest.getCandidateFiles())
                .build();
    }

    /**
     * The record with what it was made of.
     *
     * @param author the trainer's id
     */
    static AdapterChange change(RunPlan plan, AdapterManifest manifest, String author) {
        return AdapterChange.newBuilder()
                .setManifest(manifest)
                .setAuthor(author)
                .setRun(plan.id())
                .setLearned(Stream.concat(
                                plan.fresh().stream().map(label -> learned(label, false)),
                                plan.replay().stream().map(label -> learned(label, true)))
                        .toList())
                .setHeldOut(plan.heldOut().stream().map(Label::pageId).toList())
                .build();
    }

    private static LearnedPage learned(Label label, boolean replayed) {
        return new LearnedPage(
                label.pageId(), label.documentId(), label.partition(), label.offset(), replayed, label.reviewers());
    }

    private static GateResult result(SetResult result) {
        return new GateResult(
                result.set(),
                result.pages(),
                result.cerBefore(),
                result.cerAfter(),
                result.loopRateBefore(),
                result.loopRateAfter(),
                result.lengthRatioBefore(),
                result.lengthRatioAfter());
    }
}
