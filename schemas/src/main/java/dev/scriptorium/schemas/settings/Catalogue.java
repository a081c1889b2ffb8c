package dev.scriptorium.schemas.settings;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Shows configuration records to people: what may be set, and what is set. */
final class Catalogue {
    private Catalogue() {}

    static List<String> describe(Class<? extends Record> type) {
        List<String> lines = new ArrayList<>();
        describe("", type, lines);
        return lines;
    }

    private static void describe(String prefix, Class<?> type, List<String> lines) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + Settings.keyName(component.getName());
            if (component.getType().isRecord()) {
                describe(key + ".", component.getType(), lines);
                continue;
            }
            Setting setting = component.getAnnotation(Setting.class);
            boolean open = component.getType() == Map.class;
            String fallback = setting != null && !setting.value().equals(Setting.REQUIRED)
                    ? "default " + (setting.value().isEmpty() ? "empty" : setting.value())
                    : component.getType() == Optional.class || open ? "optional" : "required";
            lines.add(key + (open ? ".*" : "") + " (" + Settings.environmentName(key) + (open ? "_*" : "") + ", "
                    + fallback + ")" + (setting == null ? "" : ": " + setting.doc()));
        }
    }

    static List<String> print(Record bound) {
        List<String> lines = new ArrayList<>();
        print("", bound, lines);
        return lines;
    }

    private static void print(String prefix, Record bound, List<String> lines) {
        for (RecordComponent component : bound.getClass().getRecordComponents()) {
            String key = prefix + Settings.keyName(component.getName());
            Object value = value(bound, component);
            if (value instanceof Record section) {
                print(key + ".", section, lines);
            } else if (value instanceof Map<?, ?> open) {
                new TreeMap<>(open)
                        .forEach((name, text) -> lines.add(
                                key + "." + name + "=" + OpenSection.masked(name.toString(), text.toString())));
            } else if (value instanceof Optional<?> optional) {
                optional.ifPresent(present -> lines.add(key + "=" + text(present)));
            } else {
                lines.add(key + "=" + text(value));
            }
        }
    }

    private static Object value(Record bound, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(bound);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }

    private static String text(Object value) {
        if (value instanceof Enum<?> constant) {
            return Values.label(constant);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Catalogue::text).collect(Collectors.joining(","));
        }
        return String.valueOf(value);
    }

    /** 256, not 256.0. */
    static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
