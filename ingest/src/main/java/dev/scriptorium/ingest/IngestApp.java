package dev.scriptorium.ingest;

import dev.scriptorium.ingest.documents.DocumentLedger;
import dev.scriptorium.ingest.documents.IngestBooks;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes documents in and ends, for containers and jobs: {@code IngestApp PATH...}. Configured by the environment and by
 * the properties file that {@code SCRIPTORIUM_CONFIG} names.
 *
 * <p>Exit status: 0 all taken in, 1 something refused or failed, 2 called or configured wrongly.
 */
public final class IngestApp {
    private static final Logger LOG = LoggerFactory.getLogger(IngestApp.class);

    private IngestApp() {}

    public static void main(String[] args) {
        System.exit(run(args, System.getenv()));
    }

    static int run(String[] args, Map<String, String> environment) {
        if (args.length == 0) {
            LOG.error("paths: at least one file or folder expected, none found");
            return 2;
        }
        IngestConfig config;
        try {
            Optional<Path> file =
                    Optional.ofNullable(environment.get("SCRIPTORIUM_CONFIG")).map(Path::of);
            config = Settings.load(file, environment, Map.of()).bind(IngestConfig.class);
        } catch (SettingsException e) {
            e.problems().forEach(LOG::error);
            return 2;
        }
        try (Admin admin = Admin.create(Map.copyOf(config.kafka()));
                PageRenderer renderer = new PageRenderer(config.imageLimits(), config.render());
                PageProducer producer = new PageProducer(config, Clock.systemUTC());
                DocumentLedger ledger = new DocumentLedger(config, Clock.systemUTC())) {
            new Topics(config.topics(), config.limits()).ensure(admin);
            List<Path> paths = Arrays.stream(args).map(Path::of).toList();
            IngestBooks books = new IngestBooks(
                    ledger, config.ingest().asked(), document -> LOG.debug("document={} done", document.path()));
            IngestReport report =
                    new Ingest(renderer, producer, books).run(new PageSource().find(paths), Optional.empty());
            report.refused().forEach(refusal -> LOG.warn("reason={} {}", refusal.reason(), refusal.getMessage()));
            LOG.info(
                    "pages={} refused={} repeated={} passed-over={}",
                    report.sent().size(),
                    report.refused().size(),
                    report.repeated().size(),
                    report.passedOver().size());
            return report.refused().isEmpty() ? 0 : 1;
        } catch (IOException | RuntimeException e) {
            LOG.error("ingest failed", e);
            return 1;
        }
    }
}
