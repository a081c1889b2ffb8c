package dev.scriptorium.schemas.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text to typed value. Every failure is an IllegalArgumentException whose message says what is expected. */
final class Values {
    private static final Pattern AMOUNT = Pattern.compile("(-?\\d+)\\s*([A-Za-z]*)");

    private static final Map<String, Long> BYTES = Map.of(
            "", 1L,
            "B", 1L,
            "KB", 1_000L,
            "MB", 1_000_000L,
            "GB", 1_000_000_000L,
            "KIB", 1L << 10,
            "MIB", 1L << 20,
            "GIB", 1L << 30);

    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private Values() {}

    /** @param bytes true for a number that is a size and may have a unit, such as 20MB */
    static Object parse(String text, Type type, boolean bytes) {
        if (type == String.class) {
            return text;
        } else if (type == Secret.class) {
            return new Secret(text);
        } else if (type == int.class || type == Integer.class) {
            long number = bytes ? bytes(text) : wholeNumber(text);
            if (number != (int) number) {
                throw new IllegalArgumentException("must be between -2147483648 and 2147483647");
            }
            return (int) number;
        } else if (type == long.class || type == Long.class) {
            return bytes ? bytes(text) : wholeNumber(text);
        } else if (type == double.class || type == Double.class) {
            return number(text);
        } else if (type == boolean.class || type == Boolean.class) {
            return truth(text);
        } else if (type == Duration.class) {
            return duration(text);
        } else if (type == Path.class) {
            return Path.of(text);
        } else if (type == URI.class) {
            return uri(text);
        } else if (type instanceof Class<?> choice && choice.isEnum()) {
            return constant(text, choice);
        } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            Type element = list.getActualTypeArguments()[0];
            return Arrays.stream(text.split(","))
                    .map(String::trim)
                    .filter(item -> !item.isEmpty())
                    .map(item -> parse(item, element, bytes))
                    .toList();
        }
        throw new IllegalStateException("no setting can have the type " + type);
    }

    private static long wholeNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number", e);
        }
    }

    private static double number(String text) {
        try {
            double number = new BigDecimal(text).doubleValue();
            if (Double.isFinite(number)) {
                return number;
            }
            throw new IllegalArgumentException("must be a finite number");
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number", e);
        }
    }

    private static boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static long bytes(String text) {
        Matcher amount = AMOUNT.matcher(text);
        Long unit = amount.matches() ? BYTES.get(amount.group(2).toUpperCase(Locale.ROOT)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("must be a size such as 1048576, 20MB or 20MiB");
        }
        return times(amount.group(1), unit);
    }

    private static Duration duration(String text) {
        Duration duration;
        Matcher amount = AMOUNT.matcher(text);
        Long unit = amount.matches() ? MILLIS.get(amount.group(2).toLowerCase(Locale.ROOT)) : null;
        if (unit != null) {
            duration = Duration.ofMillis(times(amount.group(1), unit));
        } else {
            try {
                duration = Duration.parse(text);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("must be a duration such as 250ms, 30s, 5m, 2h, 7d or PT30S", e);
            }
        }
        if (duration.isNegative()) {
            throw new IllegalArgumentException("must not be negative");
        }
        return duration;
    }

    private static long times(String amount, long unit) {
        try {
            return Math.multiplyExact(Long.parseLong(amount), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("must fit into 64 bits", e);
        }
    }

    private static URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be a URI", e);
        }
    }

    private static Object constant(String text, Class<?> choice) {
        for (Object constant : choice.getEnumConstants()) {
            if (label(constant).equals(text.toLowerCase(Locale.ROOT).replace('_', '-'))) {
                return constant;
            }
        }
        throw new IllegalArgumentException("must be one of "
                + Arrays.stream(choice.getEnumConstants()).map(Values::label).collect(Collectors.joining(", ")));
    }

    /** How an enum constant is written in a file: {@code READ_COMMITTED} is {@code read-committed}. */
    static String label(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
