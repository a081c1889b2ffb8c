package dev.scriptorium.model.ladder;

import dev.scriptorium.model.config.Mode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Decides whether a page is read again, and how. What went wrong is answered one change at a time, the likeliest and
 * cheapest first:
 *
 * <ol>
 *   <li>turned, if its letters say that it lies on its side or stands on its head;
 *   <li>with a stricter rule against repetition, if it was cut or ran in a loop;
 *   <li>in larger modes, one after the other.
 * </ol>
 *
 * <p>It ends with a whole text, at the cap on readings or on time, or when nothing is left to change. Then the best of the
 * readings counts. Which page can be turned is a guess from its letters, so it is not turned while the text is good:
 * columns of Chinese look like lines on their side.
 */
public final class Ladder {

    /**
     * When to stop.
     *
     * @param readings how often a page is read at most, at least 1
     * @param time after which no further reading begins, counted from the first
     */
    public record Limits(int readings, Duration time) {
        /** Once, and no more. */
        public static final Limits ONCE = new Limits(1, Duration.ZERO);

        /** Every rung of a small page that is the right way up, and one to spare. */
        public static final Limits DEFAULT = new Limits(4, Duration.ofMinutes(5));

        public Limits {
            Objects.requireNonNull(time, "time");
            if (readings < 1 || time.isNegative()) {
                throw new IllegalArgumentException("ladder: at least 1 reading and a time of at least 0 expected, "
                        + readings + ", " + time + " found");
            }
        }
    }

    /** How a reading ended, the best first. */
    public enum End {
        /** With a text that ends by itself. */
        WHOLE,
        /** At the token limit. */
        CUT,
        /** Because the model repeated itself. */
        LOOP,
        /** Without text, though lines were seen on the page. */
        EMPTY
    }

    /**
     * A reading.
     *
     * @param confidence mean probability 0..1 of its tokens
     */
    public record Tried(Rung rung, End end, double confidence) {}

    /** Below this a text of a page that seems to lie on its side is doubted. Upright print is read with 0.95 and more. */
    private static final double DOUBTED = 0.9;

    private static final List<Mode> SIZES =
            List.of(Mode.SEED384, Mode.TINY, Mode.SMALL, Mode.BASE, Mode.LARGE, Mode.GUNDAM);

    private static final Comparator<Tried> BEST_FIRST = Comparator.comparing(Tried::end)
            .thenComparing(Comparator.comparingDouble(Tried::confidence).reversed());

    private final Limits limits;

    public Ladder(Limits limits) {
        this.limits = limits;
    }

    /**
     * How the page is read next.
     *
     * @param tried its readings so far, in their order, at least one
     * @param page how it looks
     * @param elapsed since the first reading began
     * @return nothing if it is done
     */
    public Optional<Rung> next(List<Tried> tried, PageSurvey page, Duration elapsed) {
        if (tried.size() >= limits.readings() || elapsed.compareTo(limits.time()) > 0) {
            return Optional.empty();
        }
        Tried best = tried.get(best(tried));
        Rung last = tried.get(tried.size() - 1).rung();
        boolean turn = page.quarterTurns() != 0
                && tried.stream().noneMatch(it -> it.rung().quarterTurns() == page.quarterTurns());
        if (best.end() == End.WHOLE) {
            return turn && best.confidence() < DOUBTED ? Optional.of(turned(last, page)) : Optional.empty();
        }
        if (turn) {
            return Optional.of(turned(last, page));
        }
        if (!last.strict() && best.end() != End.EMPTY) {
            return Optional.of(last.strictly());
        }
        return larger(last.mode()).map(last::in);
    }

    private static Rung turned(Rung last, PageSurvey page) {
        return last.turned(page.quarterTurns());
    }

    private static Optional<Mode> larger(Mode mode) {
        int at = SIZES.indexOf(mode);
        return at < 0 || at + 1 == SIZES.size() ? Optional.empty() : Optional.of(SIZES.get(at + 1));
    }

    /** Which of the readings counts: the one that ended best, of those the surest, of those the first. */
    public static int best(List<Tried> tried) {
        Tried best = tried.stream().min(BEST_FIRST).orElseThrow();
        return tried.indexOf(best);
    }
}
