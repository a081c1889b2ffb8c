package dev.scriptorium.schemas.settings;

import java.util.AbstractMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Settings that are passed on to a library as they are. Printed, it hides what a key's name marks as a secret. */
final class OpenSection extends AbstractMap<String, String> {
    private static final Pattern SECRET_KEY =
            Pattern.compile("password|secret|token|credential|user\\.info|jaas|\\.key$");

    private final Map<String, String> values;

    OpenSection(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return values.entrySet();
    }

    @Override
    public String toString() {
        Map<String, String> shown = new TreeMap<>();
        values.forEach((key, value) -> shown.put(key, masked(key, value)));
        return shown.toString();
    }

    static String masked(String key, String value) {
        return SECRET_KEY.matcher(key.toLowerCase(Locale.ROOT)).find() ? Secret.MASK : value;
    }
}
