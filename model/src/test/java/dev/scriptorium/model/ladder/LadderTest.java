package dev.scriptorium.model.ladder;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.ladder.Ladder.End;
import dev.scriptorium.model.ladder.Ladder.Tried;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LadderTest {
    private static final List<End> ENDS = List.of(End.values());
    private static final PageSurvey UPRIGHT = new PageSurvey(1000, 1400, false, 30, 500, 30, 0);
    private static final PageSurvey SIDEWAYS = new PageSurvey(1400, 1000, false, 30, 500, 30, 3);

    private final Ladder ladder = new Ladder(new Ladder.Limits(10, Duration.ofMinutes(1)));

    @Test
    void isContentWithAWholeText() {
        assertThat(next(UPRIGHT, tried(Rung.first(Mode.TINY), End.WHOLE, 0.3))).isEmpty();
    }

    @Test
    void answersALoopWithAStricterRuleAndThenWithLargerModes() {
        assertThat(climb(UPRIGHT, Rung.first(Mode.SMALL), End.LOOP))
                .containsExactly(
                        new Rung(Mode.SMALL, false, 0),
                        new Rung(Mode.SMALL, true, 0),
                        new Rung(Mode.BASE, true, 0),
                        new Rung(Mode.LARGE, true, 0),
                        new Rung(Mode.GUNDAM, true, 0));
    }

    @Test
    void turnsAPageFirstWhoseLettersLieOnTheirSide() {
        assertThat(climb(SIDEWAYS, Rung.first(Mode.LARGE), End.CUT))
                .containsExactly(
                        new Rung(Mode.LARGE, false, 0),
                        new Rung(Mode.LARGE, false, 3),
                        new Rung(Mode.LARGE, true, 3),
                        new Rung(Mode.GUNDAM, true, 3));
    }

    @Test
    void turnsAPageThatReadsWholeOnlyIfItIsDoubted() {
        assertThat(next(SIDEWAYS, tried(Rung.first(Mode.BASE), End.WHOLE, 0.97)))
                .as("columns of Chinese")
                .isEmpty();
        assertThat(next(SIDEWAYS, tried(Rung.first(Mode.BASE), End.WHOLE, 0.6)))
                .contains(new Rung(Mode.BASE, false, 3));
        assertThat(next(
                        SIDEWAYS,
                        tried(Rung.first(Mode.BASE), End.WHOLE, 0.6),
                        tried(new Rung(Mode.BASE, false, 3), End.WHOLE, 0.5)))
                .isEmpty();
    }

    @Test
    void looksCloserWhereTheModelSawNothing() {
        assertThat(next(UPRIGHT, tried(Rung.first(Mode.TINY), End.EMPTY, 1))).contains(new Rung(Mode.SMALL, false, 0));
    }

    @Test
    void stopsAtItsCaps() {
        Ladder twice = new Ladder(new Ladder.Limits(2, Duration.ofSeconds(10)));
        Tried loop = tried(Rung.first(Mode.TINY), End.LOOP, 0.9);

        assertThat(twice.next(List.of(loop), UPRIGHT, Duration.ofSeconds(10))).isPresent();
        assertThat(twice.next(List.of(loop), UPRIGHT, Duration.ofSeconds(11))).isEmpty();
        assertThat(twice.next(List.of(loop, loop), UPRIGHT, Duration.ZERO)).isEmpty();
        assertThat(new Ladder(Ladder.Limits.ONCE).next(List.of(loop), UPRIGHT, Duration.ZERO))
                .isEmpty();
    }

    @Test
    void countsTheReadingThatEndedBestAndOfThoseTheSurest() {
        Rung rung = Rung.first(Mode.TINY);
        assertThat(Ladder.best(List.of(
                        tried(rung, End.EMPTY, 1),
                        tried(rung, End.LOOP, 0.99),
                        tried(rung, End.CUT, 0.5),
                        tried(rung, End.CUT, 0.7))))
                .isEqualTo(3);
    }

    /** However readings end, no way of reading is tried twice, and there is an end. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverTriesTheSameTwice(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            PageSurvey page = new PageSurvey(1000, 1400, false, 30, 500, 30, random.nextInt(4));
            List<Tried> tried = new ArrayList<>();
            Optional<Rung> rung = Optional.of(Rung.first(Mode.TINY));
            while (rung.isPresent()) {
                assertThat(tried).extracting(Tried::rung).doesNotContain(rung.get());
                End end = ENDS.get(random.nextInt(ENDS.size()));
                tried.add(tried(rung.get(), end, random.nextDouble()));
                rung = ladder.next(tried, page, Duration.ZERO);
            }
            assertThat(tried).hasSizeLessThanOrEqualTo(10);
        }
    }

    private List<Rung> climb(PageSurvey page, Rung first, End always) {
        List<Tried> tried = new ArrayList<>();
        for (Optional<Rung> rung = Optional.of(first);
                rung.isPresent();
                rung = ladder.next(tried, page, Duration.ZERO)) {
            tried.add(tried(rung.get(), always, 0.9));
        }
        return tried.stream().map(Tried::rung).toList();
    }

    private Optional<Rung> next(PageSurvey page, Tried... tried) {
        return ladder.next(List.of(tried), page, Duration.ZERO);
    }

    private static Tried tried(Rung rung, End end, double confidence) {
        return new Tried(rung, end, confidence);
    }
}
