package dev.scriptorium.trainer.service.run;

import dev.scriptorium.trainer.service.labels.Label;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that decides what a run does, written to disk before it begins: a run that was killed goes on as the same run.
 *
 * @param id hash of what the run learns from and starts from
 * @param domain whose adapter it makes
 * @param seed of its draws: replay, order of samples, new numbers, the gate's resamples
 * @param parent adapter that training starts from; empty for the base model
 * @param baseModelDigest the model it adapts
 * @param ranges offsets of {@code ocr.labeled} whose labels of this domain are new
 * @param fresh new labels to learn
 * @param replay old labels to learn again
 * @param heldOut the domain's labels to measure with
 * @param regression labels of other domains to measure with
 */
public record RunPlan(
        String id,
        String domain,
        long seed,
        String parent,
        String baseModelDigest,
        List<Range> ranges,
        List<Label> fresh,
        List<Label> replay,
        List<Label> heldOut,
        List<Label> regression) {
    public RunPlan {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(parent, "parent");
        Objects.requireNonNull(baseModelDigest, "baseModelDigest");
        ranges = List.copyOf(ranges);
        fresh = List.copyOf(fresh);
        replay = List.copyOf(replay);
        heldOut = List.copyOf(heldOut);
        regression = List.copyOf(regression);
    }

    /**
     * Offsets of one partition.
     *
     * @param from first, inclusive
     * @param until last, exclusive
     */
    public record Range(int partition, long from, long until) {}

    /** What is learned: new labels, then old ones. */
    public List<Label> samples() {
        return Stream.concat(fresh.stream(), replay.stream()).toList();
    }

    /** Every label whose image the run needs. */
    public Stream<Label> labels() {
        return Stream.of(fresh, replay, heldOut, regression).flatMap(List::stream);
    }

    /** The plan for the records: a page that is forgotten later must not live on in it. */
    RunPlan withoutTexts() {
        return new RunPlan(
                id,
                domain,
                seed,
                parent,
                baseModelDigest,
                ranges,
                withoutTexts(fresh),
                withoutTexts(replay),
                withoutTexts(heldOut),
                withoutTexts(regression));
    }

    private static List<Label> withoutTexts(List<Label> labels) {
        return labels.stream().map(Label::withoutText).toList();
    }

    /** Where the domain stands once this run is published: next offset by partition. */
    public Map<Integer, Long> consumed() {
        Map<Integer, Long> consumed = new TreeMap<>();
        ranges.forEach(range -> consumed.put(range.partition(), range.until()));
        return consumed;
    }

    /** Whether a domain that stands there has this run behind it. */
    public boolean publishedAt(Map<Integer, Long> consumed) {
        return ranges.stream().allMatch(range -> consumed.getOrDefault(range.partition(), 0L) >= range.until());
    }
}
