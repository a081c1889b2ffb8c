package dev.scriptorium.schemas.settings;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Raw configuration, bound to records by {@link #bind}: defaults &lt; file &lt; environment &lt; overrides (the command
 * line).
 *
 * <p>A record component {@code maxBatch} in a section {@code worker} is {@code worker.max-batch} in the file and
 * {@code WORKER_MAX_BATCH} in the environment. Components may be strings, numbers, booleans, enums, {@code Duration}
 * (30s, 7d), {@code Path}, {@code URI}, {@link Secret}, lists (comma separated), {@code Optional} of these, further
 * records (a section), and {@code Map<String, String>}, which takes every key below its own, for what is passed on
 * to a library as it is. A number whose name ends in {@code bytes} takes a unit (20MB, 20MiB).
 */
public final class Settings {
    /** A text and where it came from, as people would look for it. */
    record Value(String name, String text) {}

    private final Map<String, Value> byKey;
    private final Map<String, String> environment;

    private Settings(Map<String, Value> byKey, Map<String, String> environment) {
        this.byKey = byKey;
        this.environment = environment;
    }

    /**
     * Collects the sources.
     *
     * @param file properties file in UTF-8, if any
     * @param environment usually {@link System#getenv()}
     * @param overrides keys and values that win over everything
     * @throws SettingsException if the file cannot be read
     */
    public static Settings load(Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
        Map<String, Value> byKey = new TreeMap<>();
        file.map(Settings::read).ifPresent(read -> read.forEach((key, text) -> byKey.put(key, new Value(key, text))));
        Map<String, String> relevant = new HashMap<>(environment);
        overrides.forEach((key, text) -> {
            byKey.put(key, new Value(key, text));
            relevant.remove(environmentName(key));
        });
        return new Settings(byKey, relevant);
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new SettingsException(java.util.List.of(file + ": a readable properties file expected, " + e));
        }
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
        return values;
    }

    /**
     * Makes a configuration record. Its components are the sections or keys of the top level.
     *
     * @throws SettingsException with every problem there is: missing, malformed and out-of-range values, what the
     *     records' constructors object to, and unknown keys with what may have been meant
     */
    public <T extends Record> T bind(Class<T> type) {
        return new Binding(this).bind(type);
    }

    /** The bound record as lines {@code key=value} for the log; secrets are hidden. */
    public static String print(Record bound) {
        return String.join(System.lineSeparator(), Catalogue.print(bound));
    }

    /** Every key of a configuration record with its environment name, default and meaning, one a line. */
    public static String describe(Class<? extends Record> type) {
        return String.join(System.lineSeparator(), Catalogue.describe(type));
    }

    /** {@code WORKER_MAX_BATCH} for {@code worker.max-batch}. */
    public static String environmentName(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** {@code max-batch} for {@code maxBatch}. */
    static String keyName(String component) {
        return component.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** The environment wins over the file. */
    Optional<Value> find(String key) {
        String name = environmentName(key);
        String text = environment.get(name);
        return text != null ? Optional.of(new Value(name, text)) : Optional.ofNullable(byKey.get(key));
    }

    Map<String, Value> byKey() {
        return byKey;
    }

    Map<String, String> environment() {
        return environment;
    }
}
