package dev.scriptorium.feedback.corrections;

import dev.scriptorium.schemas.Verdict;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Verdicts as people write them. */
public final class Verdicts {
    private Verdicts() {}

    /**
     * Reads a verdict in any case.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Verdict parse(String text) {
        return Arrays.stream(Verdict.values())
                .filter(verdict -> verdict.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("verdict: "
                        + Arrays.stream(Verdict.values()).map(Verdict::name).collect(Collectors.joining(", "))
                        + " expected, '" + text + "' found"));
    }
}
