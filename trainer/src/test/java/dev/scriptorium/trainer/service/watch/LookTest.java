package dev.scriptorium.trainer.service.watch;

import dev.scriptorium.trainer.service.Labels;
import dev.scriptorium.trainer.service.gate.GatePage;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.gate.Reading;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.LabelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LookTest {
    private static final WatchRules RULES = WatchRules.DEFAULT;

    @TempDir
    private Path dir;

    private static Trial trial() {
        return Trial.begin("letters", "adapter", "parent", Instant.EPOCH, RULES);
    }

    /** A page of a document with the text "0123456789". */
    private static Label page(String document, int number, String recognized) {
        Label label = Labels.label(document, "letters", 0, number);
        return new Label(
                document + "/" + number,
                document,
                "letters",
                0,
                number,
                label.source(),
                label.image(),
                "0123456789",
                label.task(),
                label.mode(),
                List.of(),
                List.of(),
                recognized,
                "adapter",
                number);
    }

    /** Reads the same from every page. */
    private record Parrot(String says) implements PageReader {
        @Override
        public List<Reading> read(List<GatePage> pages, Optional<Path> adapter) {
            return pages.stream().map(page -> new Reading(says, false, 1)).toList();
        }

        @Override
        public List<Reading> readMerged(List<GatePage> pages, Path adapter) {
            return read(pages, Optional.of(adapter));
        }

        @Override
        public void close() {}
    }

    private Trial hear(Trial trial, Parrot other, Label... labels) throws IOException {
        return new Look(trial, List.of(labels), Optional.empty()).hear(other, LabelStore.open(dir));
    }

    @Test
    void takesWholeDocumentsTheOldestLabelsFirst() throws IOException {
        List<Label> labels = List.of(page("b", 5, ""), page("a", 1, ""), page("b", 2, ""), page("c", 3, ""));
        assertThat(Look.choose(trial(), labels, 3)).extracting(Label::pageId).containsExactly("a/1", "b/2", "b/5");
        assertThat(Look.choose(trial(), labels, 2)).extracting(Label::pageId).containsExactly("a/1");
        Trial later = hear(trial(), new Parrot(""), page("a", 1, ""));
        assertThat(Look.choose(later, labels, 1)).extracting(Label::pageId).containsExactly("b/2", "b/5");
    }

    @Test
    void hearsADocumentOnceWithAllItsPages() throws IOException {
        Trial after = hear(
                trial(),
                new Parrot("0123456789"),
                page("a", 1, "0123456789"),
                page("a", 2, "01234567xx"),
                page("b", 3, "0123456789"));
        assertThat(after.documents()).containsExactlyInAnyOrder("a", "b");
        assertThat(after.pages()).isEqualTo(3);
        assertThat(after.cer()).isCloseTo(2 / 30.0, within(1e-12));
        assertThat(after.cerAgainst()).isZero();
        assertThat(after.evidence()).isGreaterThan(1);
    }

    @Test
    void findsOutThatAnAdapterIsWorseAndLeavesAGoodOneAlone() throws IOException {
        Trial worse = trial();
        Trial same = trial();
        Trial better = trial();
        for (int document = 0; document < 40; document++) {
            worse = hear(worse, new Parrot("0123456789"), page("d" + document, 1, "012345678x"));
            same = hear(same, new Parrot("012345678x"), page("d" + document, 1, "012345678x"));
            better = hear(better, new Parrot("01234567xx"), page("d" + document, 1, "012345678x"));
        }
        assertThat(worse.evidence()).isGreaterThan(1 / RULES.alpha());
        assertThat(same.evidence()).isLessThan(1);
        assertThat(better.evidence()).isLessThan(0.1);
    }

    @Test
    void aRunawayPageDecidesNothing() throws IOException {
        Trial after = hear(trial(), new Parrot("0123456789"), page("a", 1, "x".repeat(10_000)));
        assertThat(after.cer()).isEqualTo(1_000);
        assertThat(after.evidence()).isLessThan(2);
    }

    @Test
    void keepsATrialUntilTheRulesChange() throws IOException {
        Trials trials = new Trials(dir, RULES);
        Trial heard =
                hear(trials.find("letters", "adapter", "parent", Instant.EPOCH), new Parrot(""), page("a", 1, "x"));
        trials.keep(heard);
        assertThat(new Trials(dir, RULES).find("letters", "adapter", "parent", Instant.EPOCH))
                .isEqualTo(heard);
        assertThat(trials.find("letters", "adapter", "parent", Instant.ofEpochMilli(1))
                        .documents())
                .isEmpty();
        WatchRules stricter = new WatchRules(0.05, 0, 0.1, 16, RULES.every(), 200, 50);
        assertThat(new Trials(dir, stricter)
                        .find("letters", "adapter", "parent", Instant.EPOCH)
                        .documents())
                .isEmpty();
    }
}
