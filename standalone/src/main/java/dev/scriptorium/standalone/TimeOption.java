package dev.scriptorium.standalone;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A moment on the command line. */
final class TimeOption {
    private static final Pattern AGO = Pattern.compile("(\\d{1,6})([smhd])");

    private TimeOption() {}

    /**
     * Reads a moment.
     *
     * @param text {@code 2026-11-20}, {@code 2026-11-20T08:15:00Z}, or a time ago such as {@code 90m}, {@code 2d}
     * @throws IllegalArgumentException if it is none of them
     */
    static Instant of(String text, Instant now) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            return now.minus(unit(ago.group(2)).multipliedBy(Long.parseLong(ago.group(1))));
        }
        try {
            return text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "a date, a time with its zone, or a time ago such as 2d expected, '" + text + "' found", e);
        }
    }

    private static Duration unit(String letter) {
        return switch (letter) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> Duration.ofDays(1);
        };
    }
}
