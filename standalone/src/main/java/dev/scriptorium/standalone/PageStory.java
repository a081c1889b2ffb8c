package dev.scriptorium.standalone;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.LearnedPage;
import dev.scriptorium.schemas.QuarantinedLabel;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.trainer.adapters.AdapterLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a page led to. Recognitions and corrections are those that compaction has left; nothing of it is text of the page.
 *
 * @param pageId the page
 * @param recognitions what was read, the oldest first
 * @param corrections what people said about it, the oldest first
 * @param label what became of that; null if nothing is learned from the page
 * @param quarantine why it is held back; null if it is not
 * @param adapters that learned from the page, or were measured with it
 */
record PageStory(
        String pageId,
        List<Read> recognitions,
        List<Said> corrections,
        Label label,
        Doubted quarantine,
        List<Taught> adapters) {
    PageStory {
        recognitions = List.copyOf(recognitions);
        corrections = List.copyOf(corrections);
        adapters = List.copyOf(adapters);
    }

    /** Where a record lies. */
    record Place(String topic, int partition, long offset) {
        static Place of(SourceOffset source) {
            return new Place(source.getTopic(), source.getPartition(), source.getOffset());
        }

        @Override
        public String toString() {
            return topic + "-" + partition + " offset " + offset;
        }
    }

    /**
     * A recognition.
     *
     * @param place of it
     * @param source of the page that was read
     * @param supersedes the recognition whose place it took when the page was read again; null for a first reading
     */
    record Read(
            Place place,
            Place source,
            Place supersedes,
            String domain,
            String modelDigest,
            String adapterId,
            String outcome,
            double confidence,
            String at) {
        static Read of(SourceOffset place, Recognition page) {
            return new Read(
                    Place.of(place),
                    Place.of(page.getSource()),
                    page.getSupersedes().map(Place::of).orElse(null),
                    page.getDomain(),
                    page.getModelDigest(),
                    page.getAdapterId(),
                    page.getFinishReason(),
                    page.getConfidence(),
                    page.getRecognizedAt().toString());
        }
    }

    /** A correction. */
    record Said(Place place, String reviewer, String verdict, String adapterId, String at) {
        static Said of(SourceOffset place, Correction correction) {
            return new Said(
                    Place.of(place),
                    correction.getReviewer(),
                    correction.getVerdict().name(),
                    correction.getAdapterId(),
                    correction.getCorrectedAt().toString());
        }
    }

    /**
     * A label.
     *
     * @param recognition that it is about; null if unknown
     * @param correction that it is from; null if unknown
     */
    record Label(
            Place place,
            Place recognition,
            Place correction,
            String verdict,
            List<String> reviewers,
            String modelDigest,
            String adapterId) {
        static Label of(SourceOffset place, LabeledPage page) {
            return new Label(
                    Place.of(place),
                    page.getRecognition().map(Place::of).orElse(null),
                    page.getCorrection().map(Place::of).orElse(null),
                    page.getVerdict().name(),
                    page.getReviewers().isEmpty() ? List.of(page.getReviewer()) : page.getReviewers(),
                    page.getModelDigest(),
                    page.getAdapterId());
        }
    }

    /** A label that is held back. */
    record Doubted(Place place, String reason, String detail) {
        static Doubted of(SourceOffset place, QuarantinedLabel label) {
            return new Doubted(Place.of(place), label.getReason(), label.getDetail());
        }
    }

    /**
     * An adapter and what the page was to it.
     *
     * @param role learned, replayed or held-out
     * @param label offset of the label, as partition and offset of the topic of labels; null if held out
     * @param state of the adapter now
     * @param active whether it reads now
     */
    record Taught(
            String adapterId,
            String domain,
            String role,
            Place label,
            List<String> reviewers,
            String state,
            boolean active) {
        /** Every adapter that met a page. */
        static List<Taught> of(String pageId, AdapterLog log, String labeled) {
            List<Taught> taught = new ArrayList<>();
            for (AdapterLog.Known adapter : log.adapters()) {
                AdapterChange origin = adapter.origin();
                for (LearnedPage page : origin.getLearned()) {
                    if (page.getPageId().equals(pageId)) {
                        Place label = new Place(labeled, page.getPartition(), page.getOffset());
                        String role = page.getReplayed() ? "replayed" : "learned";
                        taught.add(of(adapter, role, label, page.getReviewers()));
                    }
                }
                if (origin.getHeldOut().contains(pageId)) {
                    taught.add(of(adapter, "held-out", null, List.of()));
                }
            }
            return taught;
        }

        private static Taught of(AdapterLog.Known adapter, String role, Place label, List<String> reviewers) {
            return new Taught(
                    adapter.id(),
                    adapter.manifest().getDomain(),
                    role,
                    label,
                    reviewers,
                    adapter.last().getState().name(),
                    !adapter.domains().isEmpty());
        }
    }

    /** The story as a tree, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("page " + pageId);
        for (Read read : recognitions) {
            lines.add(String.format(
                    Locale.ROOT,
                    "├─ read %s by model %s, adapter %s: %s, confidence %.2f  (%s of %s%s)",
                    read.at(),
                    AdapterRows.brief(read.modelDigest()),
                    AdapterRows.brief(read.adapterId()),
                    read.outcome(),
                    read.confidence(),
                    read.place(),
                    read.source(),
                    read.supersedes() == null ? "" : ", in place of " + read.supersedes()));
        }
        for (Said said : corrections) {
            lines.add("├─ " + said.verdict() + " " + said.at() + " by " + somebody(said.reviewer()) + "  ("
                    + said.place() + ")");
        }
        Optional.ofNullable(label)
                .ifPresent(it -> lines.add("├─ label vouched for by "
                        + String.join(
                                ", ",
                                it.reviewers().stream().map(PageStory::somebody).toList()) + "  ("
                        + it.place() + ")"));
        Optional.ofNullable(quarantine)
                .ifPresent(it ->
                        lines.add("├─ in quarantine: " + it.reason() + ", " + it.detail() + "  (" + it.place() + ")"));
        for (Taught taught : adapters) {
            lines.add("├─ " + taught.role() + " by adapter " + AdapterRows.brief(taught.adapterId()) + " of domain "
                    + taught.domain() + ", " + (taught.active() ? "reads now" : taught.state()));
        }
        if (lines.size() > 1) {
            int last = lines.size() - 1;
            lines.set(last, lines.get(last).replaceFirst("^├", "└"));
        }
        return lines;
    }

    private static String somebody(String reviewer) {
        return reviewer.isEmpty() ? "somebody without a name" : reviewer;
    }
}
