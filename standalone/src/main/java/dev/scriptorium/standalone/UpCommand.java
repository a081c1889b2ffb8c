package dev.scriptorium.standalone;

import dev.scriptorium.documents.DocumentsConfig;
import dev.scriptorium.documents.DocumentsService;
import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.feedback.FeedbackService;
import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.service.IngestService;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.trainer.service.TrainerConfig;
import dev.scriptorium.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
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
 * Runs broker, registry, ingest, worker, document assembler, feedback and trainer until stopped. With {@code --json} the
 * object is printed when everything is ready: {@code {"bootstrap","registry","data","ingest","feedback"}}.
 */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Run a broker, a schema registry, ingest, a worker, a document assembler, feedback and a trainer on this",
            "machine until stopped.",
            "Data stay on disk. Nothing listens beyond loopback. ingest, subscribe and correct find it by themselves."
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

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Port on which corrections are taken; default ${DEFAULT-VALUE}.")
    private int httpPort;

    @Option(
            names = "--ingest-port",
            paramLabel = "PORT",
            defaultValue = "8082",
            description = "Port on which documents are taken; default ${DEFAULT-VALUE}.")
    private int ingestPort;

    @Option(
            names = "--watch",
            paramLabel = "DIR",
            description = "Take in what is put into DIR/inbox; a folder there is a domain.")
    private Optional<Path> watch = Optional.empty();

    @Option(
            names = "--quorum",
            paramLabel = "N",
            defaultValue = "1",
            description = "Reviewers that have to say the same before it is learnt; default ${DEFAULT-VALUE}.")
    private int quorum;

    @Option(
            names = "--doubt-below",
            paramLabel = "LOG_PROBABILITY",
            description = "Hold corrections back whose characters the model finds less likely in the mean, e.g. -5.")
    private Optional<Double> doubtBelow = Optional.empty();

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = {
                "Seconds without news of a document's pages after which it is published without those that are missing;",
                "default ${DEFAULT-VALUE}."
            })
    private int patience;

    @Option(
            names = "--train-after",
            paramLabel = "N",
            defaultValue = "50",
            description = {
                "New labels of a domain with which the trainer begins a run; default ${DEFAULT-VALUE}.",
                "0 for no trainer."
            })
    private int trainAfter;

    @Mixin
    private ModelOptions model;

    @Mixin
    private Console console;

    /** What runs, the latest first: it is stopped in this order. */
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    @Override
    public Integer call() throws IOException {
        try {
            Services services = start();
            while (!Thread.interrupted()) {
                services.worker().check();
                services.documents().check();
                services.ingest().check();
                services.feedback().check();
                services.trainer().ifPresent(LocalTrainer::check);
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            console.say("stopping"); // Ctrl-C and SIGTERM interrupt the command
        } finally {
            stop();
        }
        return 0;
    }

    /** What may die while it runs. */
    private record Services(
            LocalWorker worker,
            DocumentsService documents,
            IngestService ingest,
            FeedbackService feedback,
            Optional<LocalTrainer> trainer) {}

    private Services start() throws IOException, InterruptedException {
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
        LocalWorker worker = add(LocalWorker.start(workerConfig(clients), model.open(Ladder.Limits.DEFAULT)));
        DocumentsService documents = add(DocumentsService.start(documentsConfig(clients)));
        IngestService ingest = add(IngestService.start(ingestConfig(clients), Clock.systemUTC()));
        FeedbackService feedback =
                add(FeedbackService.start(feedbackConfig(clients), plausibility(clients), Clock.systemUTC()));
        Optional<LocalTrainer> trainer =
                trainAfter > 0 ? Optional.of(add(LocalTrainer.start(trainerConfig(clients)))) : Optional.empty();
        String feedbackUrl = feedback.url().orElseThrow();
        console.say("broker    " + kafka.bootstrap());
        console.say("registry  " + registryUrl);
        console.say("blobs     " + data.resolve("blobs").toUri());
        console.say("ingest    " + ingest.url().orElseThrow() + "/documents");
        console.say("feedback  " + feedbackUrl + "/corrections");
        console.say("ready; Ctrl-C stops");
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("bootstrap", kafka.bootstrap());
        json.put("registry", registryUrl);
        json.put("data", data.toAbsolutePath().toString());
        json.put("ingest", ingest.url().orElseThrow());
        json.put("feedback", feedbackUrl);
        console.result(json);
        return new Services(worker, documents, ingest, feedback, trainer);
    }

    /** Closed after the service that asks it. */
    private PlausibilityCheck plausibility(Map<String, String> clients) throws IOException {
        if (doubtBelow.isEmpty()) {
            return PlausibilityCheck.NONE;
        }
        BlobStore blobs = BlobStore.open(data.resolve("blobs").toUri());
        return add(new ModelPlausibility(model.openLikelihood(), clients, PageLimits.DEFAULT, blobs));
    }

    private WorkerConfig workerConfig(Map<String, String> clients) {
        return bind(
                WorkerConfig.class,
                clients,
                Map.of("blobs.uri", data.resolve("blobs").toUri().toString(), "worker.id", "standalone"));
    }

    private DocumentsConfig documentsConfig(Map<String, String> clients) {
        return bind(
                DocumentsConfig.class,
                clients,
                Map.of(
                        "documents.state-dir",
                        data.resolve("documents").toString(),
                        "documents.patience",
                        patience + "s"));
    }

    private IngestConfig ingestConfig(Map<String, String> clients) {
        Map<String, String> own = new HashMap<>(Map.of(
                "blobs.uri", data.resolve("blobs").toUri().toString(),
                "ingest.http.dir", data.resolve("ingest").toString(),
                "ingest.http.port", Integer.toString(ingestPort)));
        watch.ifPresent(folder -> own.put("ingest.watch.dir", folder.toString()));
        return bind(IngestConfig.class, clients, own);
    }

    private FeedbackConfig feedbackConfig(Map<String, String> clients) {
        Map<String, String> own = new HashMap<>(Map.of(
                "feedback.state-dir", data.resolve("feedback").toString(),
                "feedback.quorum", Integer.toString(quorum),
                "feedback.http.port", Integer.toString(httpPort)));
        doubtBelow.ifPresent(least -> own.put("feedback.min-log-probability", Double.toString(least)));
        return bind(FeedbackConfig.class, clients, own);
    }

    private TrainerConfig trainerConfig(Map<String, String> clients) throws IOException {
        Compute compute = model.compute();
        return bind(
                TrainerConfig.class,
                clients,
                Map.of(
                        "blobs.uri", data.resolve("blobs").toUri().toString(),
                        "model.dir", model.folder().toString(),
                        "model.dtype", compute.type().name(),
                        "model.device", ComputeDevice.name(compute.device()),
                        "trainer.dir", trainerFolder(data).toString(),
                        "trainer.min-labels", Integer.toString(trainAfter)));
    }

    /** Where the trainer keeps its files. */
    static Path trainerFolder(Path data) {
        return data.resolve("trainer");
    }

    private static <T extends Record> T bind(Class<T> type, Map<String, String> clients, Map<String, String> own) {
        Map<String, String> settings = new HashMap<>(own);
        clients.forEach((key, value) -> settings.put("kafka." + key, value));
        return Settings.load(Optional.empty(), Map.of(), settings).bind(type);
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
