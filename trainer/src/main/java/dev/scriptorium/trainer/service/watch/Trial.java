package dev.scriptorium.trainer.service.watch;

import dev.scriptorium.trainer.service.gate.PageScore;
import dev.scriptorium.trainer.service.gate.Reading;
import dev.scriptorium.trainer.service.labels.Label;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * One adapter against another on pages that were corrected after it read them. Documents are the witnesses, as for the
 * gate; each is heard once, with all its pages that are corrected by then, so that its later pages cannot be chosen by
 * what the earlier ones said.
 *
 * @param domain whose pages
 * @param adapterId the one that is watched; it has read the pages as workers read
 * @param against the one that would read otherwise; empty for the base model
 * @param since when the one that is watched came to read, milliseconds since 1970
 * @param margin of the rules
 * @param cap of the rules
 * @param documents that were heard
 * @param pages of those
 * @param characters of the truth there
 * @param errors of the one that is watched
 * @param errorsAgainst of the other
 * @param capitals of the {@link BettingTest}, as logarithms
 */
public record Trial(
        String domain,
        String adapterId,
        String against,
        long since,
        double margin,
        double cap,
        Set<String> documents,
        int pages,
        long characters,
        long errors,
        long errorsAgainst,
        List<Double> capitals) {
    public Trial {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(adapterId, "adapterId");
        Objects.requireNonNull(against, "against");
        documents = Set.copyOf(documents);
        capitals = List.copyOf(capitals);
    }

    /** A trial without witnesses. */
    static Trial begin(String domain, String adapterId, String against, Instant since, WatchRules rules) {
        return new Trial(
                domain,
                adapterId,
                against,
                since.toEpochMilli(),
                rules.margin(),
                rules.cap(),
                Set.of(),
                0,
                0,
                0,
                0,
                list(BettingTest.begin(rules.margin() / rules.cap())));
    }

    /**
     * The trial after a document.
     *
     * @param scores of its pages under the one that is watched
     * @param others of the same pages under the other
     */
    Trial after(String document, List<PageScore> scores, List<PageScore> others) {
        Set<String> heard = new TreeSet<>(documents);
        if (!heard.add(document)) {
            throw new IllegalStateException("document " + document + ": one that was not heard expected");
        }
        double difference = capped(scores) - capped(others);
        return new Trial(
                domain,
                adapterId,
                against,
                since,
                margin,
                cap,
                heard,
                pages + scores.size(),
                characters + scores.stream().mapToLong(PageScore::characters).sum(),
                errors + scores.stream().mapToLong(PageScore::errors).sum(),
                errorsAgainst + others.stream().mapToLong(PageScore::errors).sum(),
                list(test().after(Math.max(-1, Math.min(1, difference / cap)))));
    }

    /**
     * The trial after documents, in the order of their first pages.
     *
     * @param labels their pages, all of one document together
     * @param readings of the one that is watched, page by page
     * @param others of the other, page by page
     */
    Trial after(List<Label> labels, List<Reading> readings, List<Reading> others) {
        Map<String, List<PageScore>> scores = new LinkedHashMap<>();
        Map<String, List<PageScore>> otherScores = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            Label label = labels.get(i);
            String document = label.documentId();
            scores.computeIfAbsent(document, unseen -> new ArrayList<>())
                    .add(PageScore.of(document, label.text(), readings.get(i)));
            otherScores
                    .computeIfAbsent(document, unseen -> new ArrayList<>())
                    .add(PageScore.of(document, label.text(), others.get(i)));
        }
        Trial after = this;
        for (String document : scores.keySet()) {
            after = after.after(document, scores.get(document), otherScores.get(document));
        }
        return after;
    }

    private static double capped(List<PageScore> scores) {
        return Math.min(1, PageScore.cer(scores));
    }

    /** How much speaks for it that the adapter is worse: 1 for nothing, enough at 1 / alpha. */
    public double evidence() {
        return test().evidence();
    }

    /** Of all documents together. */
    public double cer() {
        return (double) errors / Math.max(1, characters);
    }

    /** Of the other on the same pages. */
    public double cerAgainst() {
        return (double) errorsAgainst / Math.max(1, characters);
    }

    private BettingTest test() {
        return BettingTest.resume(
                margin / cap, capitals.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static List<Double> list(BettingTest test) {
        return Arrays.stream(test.logCapitals()).boxed().toList();
    }
}
