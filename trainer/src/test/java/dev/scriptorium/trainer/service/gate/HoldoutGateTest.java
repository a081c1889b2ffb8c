package dev.scriptorium.trainer.service.gate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HoldoutGateTest {
    private static final Path CANDIDATE = Path.of("candidate");
    private static final GateRules RULES = new GateRules(6, 3, 0.95, 500, 0.005, 0.02, 0.1, 0.02, 0.1);
    private static final String TRUTH = "the true text of page ";
    private static final List<GatePage> HELD_OUT = pages("own", 12);
    private static final List<GatePage> REGRESSION = pages("other", 12);

    @Test
    void passesWhatReadsBetterAndHarmsNothing() throws IOException {
        GateVerdict verdict = judge(
                HELD_OUT,
                new Readings(
                        HoldoutGateTest::wrong,
                        HoldoutGateTest::right,
                        HoldoutGateTest::right,
                        HoldoutGateTest::right));

        assertThat(verdict.passed()).as(verdict.reason()).isTrue();
        assertThat(verdict.reason())
                .startsWith("held-out CER ")
                .contains("-> 0.00 % on 12 pages, better in 100.0 % of 500 resamples");
        assertThat(verdict.results()).extracting(SetResult::set).containsExactly("held-out", "regression");
        assertThat(verdict.results().get(0).cerBefore()).isBetween(0.1, 0.3);
        assertThat(verdict.results().get(0).cerAfter()).isZero();
    }

    @Test
    void refusesWhatIsNotBetter() throws IOException {
        refuses(
                HELD_OUT,
                new Readings(
                        HoldoutGateTest::right, HoldoutGateTest::right, HoldoutGateTest::right, HoldoutGateTest::right),
                "better in at least 95.0 % of resamples expected");
        refuses(
                HELD_OUT,
                new Readings(
                        HoldoutGateTest::right, HoldoutGateTest::wrong, HoldoutGateTest::right, HoldoutGateTest::right),
                "better in at least 95.0 % of resamples expected");
    }

    @Test
    void refusesWhatMayBeBetterByChance() throws IOException {
        Function<GatePage, Reading> oneBetter = page -> page.pageId().equals("own 3") ? right(page) : wrong(page);
        refuses(
                HELD_OUT,
                new Readings(HoldoutGateTest::wrong, oneBetter, HoldoutGateTest::right, HoldoutGateTest::right),
                "better in at least 95.0 % of resamples");
    }

    @Test
    void refusesWithTooFewPages() throws IOException {
        refuses(
                pages("own", 5),
                new Readings(
                        HoldoutGateTest::wrong, HoldoutGateTest::right, HoldoutGateTest::right, HoldoutGateTest::right),
                "at least 6 held-out pages of 3 documents expected, 5 of 5 found");
    }

    @Test
    void refusesWhatForgets() throws IOException {
        refuses(
                HELD_OUT,
                new Readings(
                        HoldoutGateTest::wrong, HoldoutGateTest::right, HoldoutGateTest::right, HoldoutGateTest::wrong),
                "regression CER: a rise of at most 0.50 points");
    }

    @Test
    void refusesWhatLoopsOrRunsOn() throws IOException {
        Function<GatePage, Reading> looping = page -> new Reading(page.text(), true, 0.9);
        refuses(
                HELD_OUT,
                new Readings(HoldoutGateTest::wrong, looping, HoldoutGateTest::right, HoldoutGateTest::right),
                "held-out loops: a rise of at most 2.0 points");
        Function<GatePage, Reading> longer = page -> reading(page.text() + " and on and on");
        refuses(
                HELD_OUT,
                new Readings(HoldoutGateTest::wrong, HoldoutGateTest::right, HoldoutGateTest::right, longer),
                "regression length ratio: at most 0.10 further");
    }

    @Test
    void refusesWhatReadsOtherwiseWhenMerged() throws IOException {
        Readings readings = new Readings(
                HoldoutGateTest::wrong, HoldoutGateTest::right, HoldoutGateTest::right, HoldoutGateTest::right);
        readings.merged = HoldoutGateTest::wrong;
        refuses(HELD_OUT, readings, "CER between merged and unmerged weights: at most 2.00 %");
    }

    @Test
    void refusesToBelieveLabelsThatSayWhatNobodySees() throws IOException {
        Function<GatePage, Reading> elsewhere =
                page -> page.pageId().endsWith("1") ? reading("something quite else") : right(page);
        Function<GatePage, Reading> before =
                page -> page.pageId().endsWith("1") ? reading("something quite else") : wrong(page);
        refuses(
                HELD_OUT,
                new Readings(before, elsewhere, HoldoutGateTest::right, HoldoutGateTest::right),
                "labels that confident readings contradict: at most 10.0 % expected, 16.7 % found");
    }

    private static void refuses(List<GatePage> heldOut, Readings readings, String reason) throws IOException {
        GateVerdict verdict = judge(heldOut, readings);
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.reason()).contains(reason).contains("held-out CER");
    }

    private static GateVerdict judge(List<GatePage> heldOut, Readings readings) throws IOException {
        return new HoldoutGate(RULES).judge(heldOut, REGRESSION, Optional.empty(), CANDIDATE, readings, 1);
    }

    private static List<GatePage> pages(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new GatePage(
                        name + " " + i, "document " + i, () -> new byte[0], TRUTH + name + i, "free-ocr", "line"))
                .toList();
    }

    private static Reading right(GatePage page) {
        return reading(page.text());
    }

    private static Reading wrong(GatePage page) {
        return reading(page.text().replace('t', 'l'));
    }

    private static Reading reading(String text) {
        return new Reading(text, false, 0.9);
    }

    /** Reads what it is told. */
    private static final class Readings implements PageReader {
        private final Function<GatePage, Reading> ownBefore;
        private final Function<GatePage, Reading> ownAfter;
        private final Function<GatePage, Reading> otherBefore;
        private final Function<GatePage, Reading> otherAfter;
        private Function<GatePage, Reading> merged;

        Readings(
                Function<GatePage, Reading> ownBefore,
                Function<GatePage, Reading> ownAfter,
                Function<GatePage, Reading> otherBefore,
                Function<GatePage, Reading> otherAfter) {
            this.ownBefore = ownBefore;
            this.ownAfter = ownAfter;
            this.otherBefore = otherBefore;
            this.otherAfter = otherAfter;
            merged = ownAfter;
        }

        @Override
        public List<Reading> read(List<GatePage> pages, Optional<Path> adapter) {
            boolean own = !pages.isEmpty() && pages.get(0).pageId().startsWith("own");
            boolean after = adapter.equals(Optional.of(CANDIDATE));
            return pages.stream()
                    .map(own ? (after ? ownAfter : ownBefore) : (after ? otherAfter : otherBefore))
                    .toList();
        }

        @Override
        public List<Reading> readMerged(List<GatePage> pages, Path adapter) {
            return pages.stream().map(merged).toList();
        }

        @Override
        public void close() {}
    }
}
