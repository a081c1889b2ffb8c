package dev.scriptorium.model.ladder;

import dev.scriptorium.model.config.Mode;
import java.util.Objects;

/**
 * One way of reading a page.
 *
 * @param mode how much the vision encoder sees, never {@link Mode#AUTO}
 * @param strict whether fewer repetitions may be written than usual
 * @param quarterTurns how often the page is turned clockwise by 90 degrees first, 0 to 3
 */
public record Rung(Mode mode, boolean strict, int quarterTurns) {
    public Rung {
        Objects.requireNonNull(mode, "mode");
        if (quarterTurns < 0 || quarterTurns > 3) {
            throw new IllegalArgumentException("rung: 0 to 3 quarter turns expected, " + quarterTurns + " found");
        }
    }

    /** As a page is read first. */
    public static Rung first(Mode mode) {
        return new Rung(mode, false, 0);
    }

    Rung strictly() {
        return new Rung(mode, true, quarterTurns);
    }

    Rung in(Mode larger) {
        return new Rung(larger, strict, quarterTurns);
    }

    Rung turned(int turns) {
        return new Rung(mode, strict, turns);
    }
}
