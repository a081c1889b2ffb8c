package dev.scriptorium.ingest.service;

import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ingest service as a process of its own. Configured by the environment and by the properties file that {@code
 * SCRIPTORIUM_CONFIG} names; SIGTERM stops it between two pages.
 *
 * <p>Exit status: 0 (143 after SIGTERM) stopped, 1 cannot go on, 2 configured wrongly.
 */
public final class IngestServiceApp {
    private static final Logger LOG = LoggerFactory.getLogger(IngestServiceApp.class);

    private IngestServiceApp() {}

    public static void main(String[] args) {
        System.exit(run(System.getenv()));
    }

    static int run(Map<String, String> environment) {
        IngestConfig config;
        try {
            Optional<Path> file =
                    Optional.ofNullable(environment.get("SCRIPTORIUM_CONFIG")).map(Path::of);
            config = Settings.load(file, environment, Map.of()).bind(IngestConfig.class);
        } catch (SettingsException e) {
            e.problems().forEach(LOG::error);
            return 2;
        }
        LOG.info("event=starting {}", Settings.print(config).replace(System.lineSeparator(), " "));
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stop, ended), "stop"));
        try (Admin admin = Admin.create(Map.copyOf(config.kafka()))) {
            new Topics(config.topics(), config.limits()).ensure(admin);
            try (IngestService service = IngestService.start(config, Clock.systemUTC())) {
                do {
                    service.check();
                } while (!stop.await(1, TimeUnit.SECONDS));
            }
            return 0;
        } catch (IllegalArgumentException e) {
            LOG.error(e.getMessage());
            return 2;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (IOException | RuntimeException e) {
            LOG.error("event=failed", e);
            return 1;
        } finally {
            ended.countDown();
        }
    }

    /** The JVM ends when the last shutdown hook does, so this one waits for the service. */
    private static void await(CountDownLatch stop, CountDownLatch ended) {
        stop.countDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
