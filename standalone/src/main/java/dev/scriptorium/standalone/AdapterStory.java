package dev.scriptorium.standalone;

import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.LearnedPage;
import dev.scriptorium.trainer.adapters.AdapterLog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an adapter came from, and what it has read.
 *
 * @param adapterId the adapter
 * @param domain that it was made for
 * @param state as its last record has it
 * @param active whether it reads now
 * @param run that made it
 * @param baseModelDigest what it adapts
 * @param parents the adapters that it was trained from, the nearest first; the base model is not named
 * @param gate what the gate measured
 * @param learned every page that it learned from, its own run's first, then its parents'
 * @param reviewers whose texts those were, with the number of pages; the empty name for those who gave none
 * @param unrecorded adapters in its line whose pages nobody wrote down; only their ranges of offsets are known
 * @param heldOut pages that the gate measured its own run with
 * @param read what it has read since
 */
record AdapterStory(
        String adapterId,
        String domain,
        String state,
        boolean active,
        String run,
        String baseModelDigest,
        List<Parent> parents,
        List<AdapterRows.Measured> gate,
        List<Learned> learned,
        Map<String, Integer> reviewers,
        List<String> unrecorded,
        List<String> heldOut,
        Since read) {
    private static final int SHOWN = 20;

    AdapterStory {
        parents = List.copyOf(parents);
        gate = List.copyOf(gate);
        learned = List.copyOf(learned);
        unrecorded = List.copyOf(unrecorded);
        heldOut = List.copyOf(heldOut);
    }

    /** An adapter in the line of descent. */
    record Parent(String adapterId, String domain, String state) {}

    /**
     * A page that was learned.
     *
     * @param adapterId in whose run
     * @param place of the label then, which compaction may have removed since
     * @param replayed whether an earlier run had it already
     */
    record Learned(
            String pageId,
            String documentId,
            String adapterId,
            PageStory.Place place,
            boolean replayed,
            List<String> reviewers) {}

    /**
     * What an adapter has read.
     *
     * @param pages whose latest recognition is by it
     * @param documents of those
     * @param reviewed pages of it with a label
     * @param cer of those against the label; null if there are none
     */
    record Since(int pages, int documents, int reviewed, Double cer) {}

    /** @param labeled name of the topic of labels */
    static AdapterStory of(AdapterLog.Known adapter, AdapterLog log, String labeled, Since read) {
        List<AdapterLog.Known> line = log.line(adapter);
        List<Learned> learned = new ArrayList<>();
        List<String> unrecorded = new ArrayList<>();
        Map<String, Integer> reviewers = new TreeMap<>();
        for (AdapterLog.Known one : line) {
            List<LearnedPage> pages = one.origin().getLearned();
            if (pages.isEmpty()) {
                unrecorded.add(one.id());
            }
            pages.forEach(page -> learned.add(new Learned(
                    page.getPageId(),
                    page.getDocumentId(),
                    one.id(),
                    new PageStory.Place(labeled, page.getPartition(), page.getOffset()),
                    page.getReplayed(),
                    page.getReviewers())));
        }
        Set<String> counted = new HashSet<>();
        for (Learned page : learned) {
            (page.reviewers().isEmpty() ? List.of("") : page.reviewers()).forEach(reviewer -> {
                if (counted.add(reviewer + "\n" + page.pageId())) {
                    reviewers.merge(reviewer, 1, Integer::sum);
                }
            });
        }
        AdapterManifest made = adapter.manifest();
        return new AdapterStory(
                adapter.id(),
                made.getDomain(),
                adapter.last().getState().name(),
                !adapter.domains().isEmpty(),
                adapter.origin().getRun(),
                made.getBaseModelDigest(),
                line.stream()
                        .skip(1)
                        .map(one -> new Parent(
                                one.id(),
                                one.manifest().getDomain(),
                                one.last().getState().name()))
                        .toList(),
                AdapterRows.gate(made),
                learned,
                reviewers,
                unrecorded,
                adapter.origin().getHeldOut(),
                read);
    }

    /** The story as a tree, a line each; of many pages the first. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("adapter " + adapterId);
        lines.add("├─ domain " + domain + ", " + (active ? "reads now" : state) + ", run " + run);
        for (Parent parent : parents) {
            lines.add("├─ from " + parent.adapterId() + ", " + parent.state());
        }
        lines.add("├─ from the base model " + baseModelDigest);
        gate.forEach(result -> lines.add("├─ gate: " + result.cer()));
        reviewers.forEach((name, pages) -> lines.add(
                "├─ taught by " + (name.isEmpty() ? "somebody without a name" : name) + ": " + pages + " pages"));
        unrecorded.forEach(id -> lines.add("├─ the pages of " + id + " were not written down"));
        lines.add(String.format(
                Locale.ROOT,
                "├─ has read %d pages of %d documents since; %d reviewed%s",
                read.pages(),
                read.documents(),
                read.reviewed(),
                read.cer() == null ? "" : String.format(Locale.ROOT, ", CER %.2f %%", 100 * read.cer())));
        lines.add("└─ learned " + learned.size() + " labels, measured with " + heldOut.size() + " pages");
        learned.stream()
                .limit(SHOWN)
                .forEach(page -> lines.add("   " + (page.replayed() ? "replayed " : "learned  ") + page.pageId() + "  ("
                        + page.place()
                        + (page.adapterId().equals(adapterId) ? "" : ", by " + AdapterRows.brief(page.adapterId()))
                        + ")"));
        if (learned.size() > SHOWN) {
            lines.add("   and " + (learned.size() - SHOWN) + " more; --json has them all");
        }
        return lines;
    }
}
