package dev.scriptorium.standalone;

import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Where the cluster is. Mix it into a command with {@code @Mixin KafkaOptions cluster}. What is not given on the
 * command line comes from the environment ({@code KAFKA_BOOTSTRAP_SERVERS}), then from the file; without a file it is
 * the address that {@code scriptorium up} uses.
 */
final class KafkaOptions {

    /** Where {@code scriptorium up} listens unless told otherwise. */
    static final Map<String, String> LOCAL = Map.of(
            "kafka.bootstrap.servers", "127.0.0.1:9092", "kafka.schema.registry.url", SchemaRegistryProcess.url(8081));

    @Option(names = "--bootstrap", paramLabel = "HOST:PORT", description = "Kafka broker to begin with.")
    private Optional<String> bootstrap = Optional.empty();

    @Option(names = "--registry", paramLabel = "URL", description = "Schema registry; several with commas.")
    private Optional<String> registry = Optional.empty();

    @Option(names = "--blobs", paramLabel = "URI", description = "Store of large images, such as file:/data/blobs.")
    private Optional<URI> blobs = Optional.empty();

    @Option(names = "--config", paramLabel = "FILE", description = "Properties file with further settings.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = {"-S", "--set"},
            paramLabel = "KEY=VALUE",
            description = "A setting, as in the file: kafka.security.protocol=SSL.")
    private final Map<String, String> settings = new LinkedHashMap<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * Reads the configuration.
     *
     * @param type the configuration record, with a section {@code kafka}, and {@code blobs} if it works with images; a command
     *     that works on topics alone takes the option too, so that the same three say where the cluster is, always
     * @param further settings from the command's own options
     * @throws ParameterException with everything that is wrong
     */
    <T extends Record> T bind(Class<T> type, Map<String, String> further) {
        Map<String, String> environment = System.getenv();
        Map<String, String> overrides = new HashMap<>(settings);
        overrides.putAll(further);
        bootstrap.ifPresent(address -> overrides.put("kafka.bootstrap.servers", address));
        registry.ifPresent(address -> overrides.put("kafka.schema.registry.url", address));
        if (usesBlobs(type)) {
            blobs.ifPresent(address -> overrides.put("blobs.uri", address.toString()));
        }
        if (file.isEmpty()) {
            LOCAL.forEach((key, value) -> {
                if (!environment.containsKey(Settings.environmentName(key))) {
                    overrides.putIfAbsent(key, value);
                }
            });
        }
        try {
            return Settings.load(file, environment, overrides).bind(type);
        } catch (SettingsException e) {
            throw new ParameterException(command.commandLine(), e.getMessage());
        }
    }

    private static boolean usesBlobs(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents())
                .anyMatch(component -> component.getName().equals("blobs"));
    }
}
