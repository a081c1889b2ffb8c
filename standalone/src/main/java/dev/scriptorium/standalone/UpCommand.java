package dev.scriptorium.standalone;

import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Runs broker, registry and worker until stopped. With {@code --json} the object is printed when everything is ready:
 * {@code {"bootstrap","registry","data"}}.
 */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Run a broker, a schema registry and a worker on this machine until stopped; data stay on disk.",
            "Nothing listens beyond loopback. ingest and subscribe find them without being told."
        })
final class UpCommand implements Callable<Integer> {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${sys:user.home}/.local/share/scriptorium",
            description = "Where topics, schemas and large images are kept; default ${DEFAULT-VALUE}.")
    private Path data;

    @Option(names = "--port", defaultValue = "9092", description = "Port of the broker; default ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--registry-port",
            defaultValue = "8081",
            description = "Port of the schema registry; default ${DEFAULT-VALUE}.")
    private int registryPort;

    @Option(names = "--registry", paramLabel = "URL", description = "Use this schema registry instead of an own one.")
    private Optional<String> registry = Optional.empty();

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    /** What runs, the latest first: it is stopped in this order. */
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    @Override
    public Integer call() throws IOException {
        try {
            LocalWorker worker = start();
            while (!Thread.interrupted()) {
                worker.check();
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            console.say("stopping"); // Ctrl-C and SIGTERM interrupt the command
        } finally {
            stop();
        }
        return 0;
    }

    private LocalWorker start() throws IOException, InterruptedException {
        EmbeddedKafka kafka = add(EmbeddedKafka.on(data.resolve("kafka"), port, Map.of()));
        String registryUrl = registry.isPresent()
                ? registry.get()
                : add(SchemaRegistryProcess.start(data.resolve("registry"), registryPort, console::say))
                        .url();
        Map<String, String> clients =
                Map.of("bootstrap.servers", kafka.bootstrap(), "schema.registry.url", registryUrl);
        try (Admin admin = Admin.create(Map.copyOf(clients))) {
            new Topics(TopicSettings.DEFAULT, PageLimits.DEFAULT).ensure(admin);
        }
        LocalWorker worker = add(LocalWorker.start(config(clients), model.open()));
        console.say("broker    " + kafka.bootstrap());
        console.say("registry  " + registryUrl);
        console.say("blobs     " + data.resolve("blobs").toUri());
        console.say("ready; Ctrl-C stops");
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("bootstrap", kafka.bootstrap());
        json.put("registry", registryUrl);
        json.put("data", data.toAbsolutePath().toString());
        console.result(json);
        return worker;
    }

    private WorkerConfig config(Map<String, String> clients) {
        Map<String, String> settings = new HashMap<>();
        clients.forEach((key, value) -> settings.put("kafka." + key, value));
        settings.put("blobs.uri", data.resolve("blobs").toUri().toString());
        settings.put("worker.id", "standalone");
        return Settings.load(Optional.empty(), Map.of(), settings).bind(WorkerConfig.class);
    }

    private <T extends AutoCloseable> T add(T service) {
        running.push(service);
        return service;
    }

    private void stop() {
        for (AutoCloseable service : running) {
            try {
                service.close();
            } catch (Exception e) {
                console.say("while stopping: " + e.getMessage());
            }
        }
    }
}
