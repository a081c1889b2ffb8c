package dev.scriptorium.trainer.service.gate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Lets an adapter pass only if it reads a domain's held-out pages better than the one in use, beyond chance, and nothing
 * else worse: not the regression set, not loops, not lengths, not when merged into the weights. Both generate freely,
 * as they would for a worker.
 */
public final class HoldoutGate {
    /** Name of the set of the domain's own pages. */
    public static final String HELD_OUT = "held-out";
    /** Name of the set of other pages. */
    public static final String REGRESSION = "regression";

    /** A reading with more errors than this share of the label is of another text. */
    private static final double CONTRADICTION = 0.6;
    /** A reading less likely than this to be right contradicts nobody. */
    private static final double CONFIDENT = 0.4;
    /** Where a domain is hard, even right readings are unsure: half as sure as those that agree with their labels will do. */
    private static final double AS_SURE = 0.5;

    private static final double AGREEMENT = 0.2;

    private static final int MERGED_PAGES = 16;

    private final GateRules rules;

    public HoldoutGate(GateRules rules) {
        this.rules = rules;
    }

    /**
     * Both adapters on one set, page by page.
     *
     * @param readings of the new one
     */
    private record Compared(List<PageScore> before, List<PageScore> after, List<Reading> readings) {}

    /**
     * Measures and decides.
     *
     * @param active folder of the adapter in use; none for the base model
     * @param candidate folder of the new one
     * @param seed of the resamples
     */
    public GateVerdict judge(
            List<GatePage> heldOut,
            List<GatePage> regression,
            Optional<Path> active,
            Path candidate,
            PageReader reader,
            long seed)
            throws IOException {
        Compared own = compare(heldOut, active, candidate, reader);
        Compared other = compare(regression, active, candidate, reader);
        SetResult ownResult = SetResult.of(HELD_OUT, own.before(), own.after());
        SetResult otherResult = SetResult.of(REGRESSION, other.before(), other.after());
        double certainty =
                heldOut.isEmpty() ? 0 : PairedBootstrap.betterShare(own.before(), own.after(), rules.resamples(), seed);

        List<String> faults = new ArrayList<>();
        checkEnough(heldOut, faults);
        if (!(ownResult.cerAfter() < ownResult.cerBefore()) || certainty < rules.certainty()) {
            faults.add(text("better in at least %.1f %% of resamples expected", 100 * rules.certainty()));
        }
        checkLabels(own, faults);
        checkHarm(ownResult, faults);
        checkHarm(otherResult, faults);
        if (otherResult.cerAfter() - otherResult.cerBefore() > rules.maxRegression()) {
            faults.add(text("regression CER: a rise of at most %.2f points expected", 100 * rules.maxRegression()));
        }
        checkMerged(heldOut, own, candidate, reader, faults);
        String numbers = text(
                "%s, better in %.1f %% of %d resamples; %s",
                numbers(ownResult), 100 * certainty, rules.resamples(), numbers(otherResult));
        String reason = faults.isEmpty() ? numbers : String.join("; ", faults) + " | " + numbers;
        return new GateVerdict(faults.isEmpty(), reason, List.of(ownResult, otherResult));
    }

    private void checkEnough(List<GatePage> heldOut, List<String> faults) {
        long documents = heldOut.stream().map(GatePage::documentId).distinct().count();
        if (heldOut.size() < rules.minPages() || documents < rules.minDocuments()) {
            faults.add(text(
                    "at least %d held-out pages of %d documents expected, %d of %d found",
                    rules.minPages(), rules.minDocuments(), heldOut.size(), documents));
        }
    }

    private void checkHarm(SetResult result, List<String> faults) {
        if (result.loopRise() > rules.maxLoopRise()) {
            faults.add(text(
                    "%s loops: a rise of at most %.1f points expected, %.1f %% -> %.1f %% found",
                    result.set(),
                    100 * rules.maxLoopRise(),
                    100 * result.loopRateBefore(),
                    100 * result.loopRateAfter()));
        }
        if (result.lengthShift() > rules.maxLengthShift()) {
            faults.add(text(
                    "%s length ratio: at most %.2f further from 1 expected, %.2f -> %.2f found",
                    result.set(), rules.maxLengthShift(), result.lengthRatioBefore(), result.lengthRatioAfter()));
        }
    }

    /** Labels that say something else than a model that is sure of itself, with either adapter. */
    private void checkLabels(Compared own, List<String> faults) {
        double confident = confident(own.after());
        long count = IntStream.range(0, own.before().size())
                .filter(i -> {
                    PageScore before = own.before().get(i);
                    PageScore after = own.after().get(i);
                    return Math.min(before.cer(), after.cer()) > CONTRADICTION
                            && Math.max(before.confidence(), after.confidence()) >= confident;
                })
                .count();
        double share = (double) count / Math.max(1, own.before().size());
        if (share > rules.maxContradicted()) {
            faults.add(text(
                    "labels that confident readings contradict: at most %.1f %% expected, %.1f %% found",
                    100 * rules.maxContradicted(), 100 * share));
        }
    }

    private static double confident(List<PageScore> read) {
        double[] agreeing = read.stream()
                .filter(page -> page.cer() <= AGREEMENT)
                .mapToDouble(PageScore::confidence)
                .sorted()
                .toArray();
        return agreeing.length == 0 ? CONFIDENT : Math.min(CONFIDENT, AS_SURE * agreeing[agreeing.length / 2]);
    }

    private void checkMerged(
            List<GatePage> heldOut, Compared own, Path candidate, PageReader reader, List<String> faults)
            throws IOException {
        List<GatePage> some = heldOut.subList(0, Math.min(MERGED_PAGES, heldOut.size()));
        List<Reading> merged = reader.readMerged(some, candidate);
        double difference = PageScore.cer(IntStream.range(0, some.size())
                .mapToObj(i ->
                        PageScore.of(some.get(i).saying(own.readings().get(i).text()), merged.get(i)))
                .toList());
        if (difference > rules.maxMergeDifference()) {
            faults.add(text(
                    "CER between merged and unmerged weights: at most %.2f %% expected, %.2f %% found",
                    100 * rules.maxMergeDifference(), 100 * difference));
        }
    }

    private static Compared compare(List<GatePage> pages, Optional<Path> active, Path candidate, PageReader reader)
            throws IOException {
        List<Reading> after = reader.read(pages, Optional.of(candidate));
        return new Compared(scores(pages, reader.read(pages, active)), scores(pages, after), after);
    }

    private static List<PageScore> scores(List<GatePage> pages, List<Reading> readings) {
        return IntStream.range(0, pages.size())
                .mapToObj(i -> PageScore.of(pages.get(i), readings.get(i)))
                .toList();
    }

    private static String numbers(SetResult result) {
        return text(
                "%s CER %.2f %% -> %.2f %% on %d pages",
                result.set(), 100 * result.cerBefore(), 100 * result.cerAfter(), result.pages());
    }

    private static String text(String format, Object... numbers) {
        return String.format(Locale.ROOT, format, numbers);
    }
}
