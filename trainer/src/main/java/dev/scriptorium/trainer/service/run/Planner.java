package dev.scriptorium.trainer.service.run;

import dev.scriptorium.trainer.service.labels.DurableFiles;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Makes plans. The same labels, offsets and parent make the same plan, to the seed.
 *
 * @param maxLabels new labels that a run learns at most; the rest wait for the next
 * @param replayShare old labels learned again, as a share of the new ones
 * @param heldOutPages pages that measure a domain, at most
 * @param regressionPages pages of other domains, and of none, that measure what is forgotten, at most
 */
public record Planner(int maxLabels, double replayShare, int heldOutPages, int regressionPages) {
    private static final Comparator<Label> BY_OFFSET =
            Comparator.comparingLong(Label::offset).thenComparing(Label::partition);

    /**
     * What a domain has waiting.
     *
     * @param fresh labels to learn that no run has learned, oldest offsets first
     * @param heldOut how many pages there are to measure with
     */
    public record Waiting(List<Label> fresh, int heldOut) {
        public Waiting {
            fresh = List.copyOf(fresh);
        }
    }

    /**
     * Looks at a domain.
     *
     * @param labels of all domains
     * @param consumed next offset that the domain has not learned, by partition
     */
    public static Waiting waiting(String domain, Collection<Label> labels, Map<Integer, Long> consumed) {
        List<Label> fresh = labels.stream()
                .filter(of(domain).and(isFresh(consumed)).and(label -> label.side() == Side.TRAIN))
                .sorted(BY_OFFSET)
                .toList();
        long heldOut = labels.stream()
                .filter(of(domain).and(label -> label.side() == Side.HELD_OUT))
                .count();
        return new Waiting(fresh, Math.toIntExact(heldOut));
    }

    /**
     * Plans a run over what is waiting; there must be something.
     *
     * @param parent adapter to start from; empty for the base model
     */
    public RunPlan plan(
            String domain,
            Collection<Label> labels,
            Map<Integer, Long> consumed,
            String parent,
            String baseModelDigest) {
        List<Label> waiting = waiting(domain, labels, consumed).fresh();
        List<Label> fresh = waiting.subList(0, Math.min(maxLabels, waiting.size()));
        List<RunPlan.Range> ranges = ranges(fresh);
        String id = id(domain, fresh, parent, baseModelDigest);
        long seed = Long.parseUnsignedLong(id, 0, 15, 16);
        List<Label> old = labels.stream()
                .filter(of(domain).and(isFresh(consumed).negate()).and(label -> label.side() == Side.TRAIN))
                .toList();
        List<Label> heldOut = labels.stream()
                .filter(of(domain).and(label -> label.side() == Side.HELD_OUT))
                .toList();
        List<Label> others = labels.stream()
                .filter(of(domain).negate().and(label -> label.side() == Side.HELD_OUT || nobodyLearns(label)))
                .toList();
        int replayed = Math.toIntExact(Math.round(replayShare * fresh.size()));
        return new RunPlan(
                id,
                domain,
                seed,
                parent,
                baseModelDigest,
                ranges,
                fresh,
                draw(old, replayed, seed),
                firstByHash(heldOut, heldOutPages),
                firstByHash(others, regressionPages));
    }

    private static Predicate<Label> of(String domain) {
        return label -> label.domain().equals(domain);
    }

    /** Pages of no domain are read by the base model itself: no adapter learns from them, whatever their side. */
    private static boolean nobodyLearns(Label label) {
        return label.domain().isEmpty();
    }

    private static Predicate<Label> isFresh(Map<Integer, Long> consumed) {
        return label -> label.offset() >= consumed.getOrDefault(label.partition(), 0L);
    }

    /** Oldest offsets first, so that what a run leaves of a partition lies behind what it takes. */
    private static List<RunPlan.Range> ranges(List<Label> fresh) {
        Map<Integer, RunPlan.Range> ranges = new TreeMap<>();
        for (Label label : fresh) {
            ranges.merge(
                    label.partition(),
                    new RunPlan.Range(label.partition(), label.offset(), label.offset() + 1),
                    (range, next) -> new RunPlan.Range(range.partition(), range.from(), next.until()));
        }
        return List.copyOf(ranges.values());
    }

    private static String id(String domain, List<Label> fresh, String parent, String baseModelDigest) {
        String contents = fresh.stream()
                .map(label -> label.partition() + "/" + label.offset() + "/" + label.pageId())
                .collect(Collectors.joining("\n"));
        return DurableFiles.sha256(domain + "\n" + parent + "\n" + baseModelDigest + "\n" + contents)
                .substring(0, 16);
    }

    private static List<Label> draw(List<Label> from, int count, long seed) {
        List<Label> shuffled = new ArrayList<>(from);
        shuffled.sort(Comparator.comparing(Label::pageId));
        Collections.shuffle(shuffled, new Random(seed));
        return shuffled.subList(0, Math.min(count, shuffled.size()));
    }

    /** Mostly the same pages run after run, whatever else has come: runs can then be compared. */
    private static List<Label> firstByHash(List<Label> from, int count) {
        return from.stream()
                .sorted(Comparator.comparing(label -> DurableFiles.sha256("measure/" + label.pageId())))
                .limit(count)
                .toList();
    }
}
