package dev.scriptorium.schemas.settings;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One pass over the settings that makes one record and collects everything that is wrong on the way. */
final class Binding {
    private final Settings settings;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private final Set<String> sections = new HashSet<>();
    private final List<String> openPrefixes = new ArrayList<>();

    Binding(Settings settings) {
        this.settings = settings;
    }

    <T extends Record> T bind(Class<T> type) {
        Optional<T> bound = section("", type);
        reportUnknownKeys();
        reportMistypedEnvironment();
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return bound.orElseThrow();
    }

    /** Empty if there was a problem. */
    private <T> Optional<T> section(String prefix, Class<T> type) {
        RecordComponent[] components = type.getRecordComponents();
        int problemsBefore = problems.size();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            arguments[i] = component(prefix, components[i]).orElse(null);
        }
        if (problems.size() > problemsBefore) {
            return Optional.empty();
        }
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return Optional.of(constructor.newInstance(arguments));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException objection) {
                problems.add((prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + ": ")
                        + objection.getMessage());
                return Optional.empty();
            }
            throw new IllegalStateException("the constructor of " + type + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    /** Empty if there was a problem. */
    private Optional<?> component(String prefix, RecordComponent component) {
        String key = prefix + Settings.keyName(component.getName());
        if (component.getType().isRecord()) {
            sections.add(Settings.environmentName(key) + "_");
            return section(key + ".", component.getType());
        }
        if (component.getType() == Map.class) {
            openPrefixes.add(key + ".");
            return Optional.of(below(key));
        }
        known.add(key);
        return value(key, component);
    }

    private Optional<?> value(String key, RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        boolean optional = component.getType() == Optional.class;
        Type type = optional
                ? ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0]
                : component.getGenericType();
        Optional<Settings.Value> found = settings.find(key);
        if (found.isEmpty() && setting != null && !setting.value().equals(Setting.REQUIRED)) {
            found = Optional.of(new Settings.Value(key, setting.value()));
        }
        if (found.isEmpty()) {
            if (optional) {
                return Optional.of(Optional.empty());
            }
            problems.add(key + ": a value expected, none found");
            return Optional.empty();
        }
        Settings.Value value = found.get();
        try {
            Object parsed = Values.parse(value.text().trim(), type, isSize(component));
            checkRange(parsed, setting);
            return Optional.of(optional ? Optional.of(parsed) : parsed);
        } catch (IllegalArgumentException e) {
            String shown = type == Secret.class ? Secret.MASK : value.text();
            problems.add(value.name() + "=" + shown + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isSize(RecordComponent component) {
        return component.getName().toLowerCase(Locale.ROOT).endsWith("bytes");
    }

    private static void checkRange(Object value, Setting setting) {
        if (setting != null && value instanceof Number number) {
            double d = number.doubleValue();
            if (d < setting.min() || d > setting.max()) {
                throw new IllegalArgumentException(range(setting.min(), setting.max()));
            }
        }
    }

    private static String range(double min, double max) {
        if (max == Double.POSITIVE_INFINITY) {
            return "must be at least " + Catalogue.plain(min);
        }
        return min == Double.NEGATIVE_INFINITY
                ? "must be at most " + Catalogue.plain(max)
                : "must be between " + Catalogue.plain(min) + " and " + Catalogue.plain(max);
    }

    /** What is passed on to a library: its keys have dots, so that is what an underscore in the environment means. */
    private Map<String, String> below(String key) {
        Map<String, String> values = new TreeMap<>();
        settings.byKey().forEach((name, value) -> {
            if (name.startsWith(key + ".")) {
                values.put(name.substring(key.length() + 1), value.text());
            }
        });
        String start = Settings.environmentName(key) + "_";
        settings.environment().forEach((name, text) -> {
            if (name.startsWith(start)) {
                values.put(
                        name.substring(start.length()).toLowerCase(Locale.ROOT).replace('_', '.'), text);
            }
        });
        return new OpenSection(values);
    }

    private void reportUnknownKeys() {
        for (String key : settings.byKey().keySet()) {
            if (!known.contains(key) && openPrefixes.stream().noneMatch(key::startsWith)) {
                problems.add(key + ": unknown key" + meant(Suggestions.closest(key, known)));
            }
        }
    }

    /**
     * The environment belongs to others too (Kubernetes itself sets WORKER_SERVICE_HOST for a service "worker"), so
     * only a name of one of our sections that looks like a slip is reported.
     */
    private void reportMistypedEnvironment() {
        List<String> names = known.stream().map(Settings::environmentName).toList();
        settings.environment().keySet().stream()
                .sorted()
                .filter(name -> sections.stream().anyMatch(name::startsWith))
                .filter(name -> !names.contains(name))
                .filter(name ->
                        openPrefixes.stream().map(Settings::environmentName).noneMatch(name::startsWith))
                .forEach(name -> Suggestions.closest(name, names)
                        .ifPresent(close ->
                                problems.add(name + ": unknown environment variable" + meant(Optional.of(close)))));
    }

    private static String meant(Optional<String> suggestion) {
        return suggestion.map(key -> " (did you mean " + key + "?)").orElse("");
    }
}
