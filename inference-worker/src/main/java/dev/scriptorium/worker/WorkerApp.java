package dev.scriptorium.worker;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker as a process of its own. Configured by the environment and by the properties file that {@code
 * SCRIPTORIUM_CONFIG} names; SIGTERM stops it after the pages in flight.
 *
 * <p>Exit status: 0 (143 after SIGTERM) stopped, 1 cannot go on, 2 configured wrongly.
 */
public final class WorkerApp {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerApp.class);

    private WorkerApp() {}

    public static void main(String[] args) {
        System.exit(run(System.getenv()));
    }

    static int run(Map<String, String> environment) {
        WorkerConfig config;
        try {
            Optional<Path> file =
                    Optional.ofNullable(environment.get("SCRIPTORIUM_CONFIG")).map(Path::of);
            config = Settings.load(file, environment, Map.of()).bind(WorkerConfig.class);
        } catch (SettingsException e) {
            e.problems().forEach(LOG::error);
            return 2;
        }
        LOG.info("event=starting {}", Settings.print(config).replace(System.lineSeparator(), " "));
        try (Admin admin = Admin.create(Map.copyOf(config.kafka()))) {
            new Topics(config.topics(), config.limits()).ensure(admin);
            InferenceWorker worker = InferenceWorker.open(config, engine(config.model()), Clock.systemUTC());
            CountDownLatch ended = stopOnExit(worker);
            try {
                worker.run();
            } finally {
                ended.countDown();
            }
            return 0;
        } catch (IOException | RuntimeException e) {
            LOG.error("event=failed worker={}", config.worker().id(), e);
            return 1;
        }
    }

    private static OcrEngine engine(WorkerConfig.Model model) throws IOException {
        Path folder = model.dir().isPresent() ? model.dir().get() : BundledModel.folder();
        Compute compute = model.compute();
        EngineOptions options = EngineOptions.suiting(
                        ModelConfig.read(folder), compute, model.slots(), model.maxNewTokens(), model.pageTimeout())
                .retrying(model.retries())
                .keeping(model.kvMemory());
        return OcrEngine.open(folder, compute, options);
    }

    /**
     * The JVM ends when the last shutdown hook does, so this one waits for the worker.
     *
     * @return to be counted down when the worker has come to its end
     */
    private static CountDownLatch stopOnExit(InferenceWorker worker) {
        CountDownLatch ended = new CountDownLatch(1);
        Runnable stop = () -> {
            worker.stop();
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Runtime.getRuntime().addShutdownHook(new Thread(stop, "stop"));
        return ended;
    }
}
