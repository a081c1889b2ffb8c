package dev.scriptorium.trainer.service.learn;

import dev.scriptorium.trainer.service.learn.LineLabels.Match;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LineLabelsTest {

    @Test
    void pairsAsManyRowsAsLinesHoweverBadlyTheyWereRead() {
        assertThat(LineLabels.match(List.of("", "xyz"), "first line\n\n  second line \n"))
                .containsExactly(new Match(0, "first line"), new Match(1, "second line"));
    }

    @Test
    void passesOverARowThatWasMadeUp() {
        assertThat(LineLabels.match(List.of("frst line", "|| . -", "second lime"), "first line\nsecond line"))
                .containsExactly(new Match(0, "first line"), new Match(2, "second line"));
    }

    @Test
    void passesOverALineThatWasMissed() {
        assertThat(LineLabels.match(List.of("frst line", "third lime"), "first line\nsomething else\nthird line"))
                .containsExactly(new Match(0, "first line"), new Match(1, "third line"));
    }

    @Test
    void learnsNothingFromStrangers() {
        assertThat(LineLabels.match(List.of("abc", "def", "ghi"), "quite another text"))
                .isEmpty();
    }

    @Test
    void bearsEmptyPagesAndTexts() {
        assertThat(LineLabels.match(List.of(), "")).isEmpty();
        assertThat(LineLabels.match(List.of("noise"), "")).isEmpty();
        assertThat(LineLabels.match(List.of(), "unread")).isEmpty();
    }
}
