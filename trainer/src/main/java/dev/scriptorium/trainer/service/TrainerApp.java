package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import dev.scriptorium.trainer.service.learn.FinetuneLearner;
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
 * A trainer as a process of its own. Configured by the environment and by the properties file that {@code
 * SCRIPTORIUM_CONFIG} names; SIGTERM stops it, and a run that is under way goes on at the next start.
 *
 * <p>Exit status: 0 (143 after SIGTERM) stopped, 1 cannot go on, 2 configured wrongly.
 */
public final class TrainerApp {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerApp.class);

    private TrainerApp() {}

    public static void main(String[] args) {
        System.exit(run(System.getenv()));
    }

    static int run(Map<String, String> environment) {
        TrainerConfig config;
        try {
            Optional<Path> file =
                    Optional.ofNullable(environment.get("SCRIPTORIUM_CONFIG")).map(Path::of);
            config = Settings.load(file, environment, Map.of()).bind(TrainerConfig.class);
        } catch (SettingsException e) {
            e.problems().forEach(LOG::error);
            return 2;
        }
        LOG.info("event=starting {}", Settings.print(config).replace(System.lineSeparator(), " "));
        try (Admin admin = Admin.create(Map.copyOf(config.kafka()))) {
            new Topics(config.topics(), config.limits()).ensure(admin);
            Learner learner = FinetuneLearner.open(config.model(), config.trainer());
            TrainerService service = TrainerService.open(config, learner, Clock.systemUTC());
            CountDownLatch ended = stopOnExit(service);
            try {
                service.run();
            } finally {
                ended.countDown();
            }
            return 0;
        } catch (IOException | RuntimeException e) {
            LOG.error("event=failed trainer={}", config.trainer().id(), e);
            return 1;
        }
    }

    /**
     * The JVM ends when the last shutdown hook does, so this one waits for the trainer.
     *
     * @return to be counted down when the trainer has come to its end
     */
    private static CountDownLatch stopOnExit(TrainerService service) {
        CountDownLatch ended = new CountDownLatch(1);
        Runnable stop = () -> {
            service.stop();
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
