package dev.scriptorium.schemas.settings;

import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsTest {
    enum Protocol {
        CLASSIC,
        NEW_CONSUMER
    }

    record Worker(
            @Setting(value = "8", min = 1, max = 256, doc = "pages in one batch")
            int maxBatch,

            @Setting(value = "30s", doc = "longest reading of one page")
            Duration pageTimeout,

            @Setting(value = "new-consumer", doc = "group protocol")
            Protocol protocol,

            @Setting(value = "0.5", min = 0, max = 1, doc = "share")
            double share) {}

    record Kafka(@Setting(doc = "where the brokers are") String bootstrapServers, Map<String, String> client) {}

    record Registry(
            URI url,
            Optional<Secret> token,
            @Setting(value = "", doc = "languages") List<String> languages) {}

    record App(Worker worker, Kafka kafka, Registry registry, PageLimits limits, TopicSettings topics) {}

    private static final Map<String, String> REQUIRED =
            Map.of("kafka.bootstrap-servers", "localhost:9092", "registry.url", "mock://x");

    @TempDir
    private Path folder;

    private App bind(String file, Map<String, String> environment, Map<String, String> overrides) throws IOException {
        Path path = Files.writeString(folder.resolve("app.properties"), file);
        return Settings.load(Optional.of(path), environment, overrides).bind(App.class);
    }

    private List<String> problems(String file, Map<String, String> environment) {
        try {
            bind(file, environment, REQUIRED);
        } catch (SettingsException e) {
            assertThat(e).hasMessage(String.join(System.lineSeparator(), e.problems()));
            return e.problems();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return List.of();
    }

    @Test
    void fillsInDefaults() throws IOException {
        App app = bind("", Map.of(), REQUIRED);
        assertThat(app.worker()).isEqualTo(new Worker(8, Duration.ofSeconds(30), Protocol.NEW_CONSUMER, 0.5));
        assertThat(app.kafka()).isEqualTo(new Kafka("localhost:9092", Map.of()));
        assertThat(app.registry()).isEqualTo(new Registry(URI.create("mock://x"), Optional.empty(), List.of()));
        assertThat(app.limits()).isEqualTo(PageLimits.DEFAULT);
        assertThat(app.topics()).isEqualTo(TopicSettings.DEFAULT);
    }

    @Test
    void prefersEnvironmentToFileAndOverridesToBoth() throws IOException {
        String file = "worker.max-batch=1\nworker.page-timeout=1m\nworker.protocol=classic\n";
        Map<String, String> environment = Map.of("WORKER_MAX_BATCH", "2", "WORKER_PAGE_TIMEOUT", "2m");
        App app = bind(
                file,
                environment,
                Map.of(
                        "kafka.bootstrap-servers", "b:1",
                        "registry.url", "http://r",
                        "worker.max-batch", "3"));
        assertThat(app.worker()).isEqualTo(new Worker(3, Duration.ofMinutes(2), Protocol.CLASSIC, 0.5));
    }

    @Test
    void readsEveryKindOfValue() throws IOException {
        String file = """
                registry.token = s3cret
                registry.languages = en, vi ,de
                limits.max-page-bytes = 2MiB
                limits.max-inline-bytes = 500kB
                topics.page-retention = P2D
                worker.share = 0.25
                kafka.client.security.protocol = SASL_SSL
                """;
        App app = bind(file, Map.of("KAFKA_CLIENT_SASL_MECHANISM", "PLAIN"), REQUIRED);
        assertThat(app.registry().token()).contains(new Secret("s3cret"));
        assertThat(app.registry().languages()).containsExactly("en", "vi", "de");
        assertThat(app.limits()).isEqualTo(new PageLimits(2_097_152, 500_000));
        assertThat(app.topics().pageRetention()).isEqualTo(Duration.ofDays(2));
        assertThat(app.worker().share()).isEqualTo(0.25);
        assertThat(app.kafka().client()).isEqualTo(Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN"));
    }

    @Test
    void reportsEveryProblemAtOnce() {
        String file = """
                worker.max-batch=0
                worker.page-timeout=soon
                worker.protocol=newest
                worker.max-bach=4
                worker.share=NaN
                limits.max-page-bytes=9 parsecs
                topics.create=yes
                topics.partitions=1000000000000
                wroker.max-batch=2
                """;
        assertThat(problems(file, Map.of("TOPICS_PAGE_RETENTION", "-1d")))
                .containsExactlyInAnyOrder(
                        "worker.max-batch=0: must be between 1 and 256",
                        "worker.page-timeout=soon: must be a duration such as 250ms, 30s, 5m, 2h, 7d or PT30S",
                        "worker.protocol=newest: must be one of classic, new-consumer",
                        "worker.share=NaN: must be a number",
                        "limits.max-page-bytes=9 parsecs: must be a size such as 1048576, 20MB or 20MiB",
                        "topics.create=yes: must be true or false",
                        "topics.partitions=1000000000000: must be between -2147483648 and 2147483647",
                        "TOPICS_PAGE_RETENTION=-1d: must not be negative",
                        "worker.max-bach: unknown key (did you mean worker.max-batch?)",
                        "wroker.max-batch: unknown key (did you mean worker.max-batch?)");
    }

    @Test
    void reportsWhatIsMissing() {
        assertThatThrownBy(() -> bind("", Map.of(), Map.of()))
                .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.problems())
                        .containsExactly(
                                "kafka.bootstrap-servers: a value expected, none found",
                                "registry.url: a value expected, none found"));
    }

    @Test
    void reportsWhatTheRecordItselfObjectsTo() {
        assertThat(problems("limits.max-page-bytes=10\nlimits.max-inline-bytes=11", Map.of()))
                .containsExactly("limits: max-inline-bytes: 0 to max-page-bytes (10) expected, 11 found");
    }

    @Test
    void suggestsNothingForAKeyThatIsNoSlip() {
        assertThat(problems("completely.different=1", Map.of())).containsExactly("completely.different: unknown key");
    }

    @Test
    void reportsOnlySlipsInTheEnvironmentBecauseOthersLiveThereToo() {
        assertThat(problems("", Map.of("WORKER_MAX_BACH", "4", "WORKER_SERVICE_HOST", "10.0.0.1", "PATH", "/bin")))
                .containsExactly("WORKER_MAX_BACH: unknown environment variable (did you mean WORKER_MAX_BATCH?)");
    }

    @Test
    void neverShowsASecret() throws IOException {
        App app = bind(
                "registry.token=s3cret\nkafka.client.sasl.jaas.config=s3cret\nkafka.client.ssl.key.password=s3cret",
                Map.of(),
                REQUIRED);
        assertThat(app.toString()).doesNotContain("s3cret");
        assertThat(app.registry().token().orElseThrow().reveal()).isEqualTo("s3cret");
        assertThat(Settings.print(app))
                .doesNotContain("s3cret")
                .contains(
                        "registry.token=***",
                        "kafka.client.sasl.jaas.config=***",
                        "worker.protocol=new-consumer",
                        "worker.max-batch=8");
    }

    @Test
    void describesEveryKey() {
        assertThat(Settings.describe(App.class).lines())
                .contains(
                        "worker.max-batch (WORKER_MAX_BATCH, default 8): pages in one batch",
                        "kafka.bootstrap-servers (KAFKA_BOOTSTRAP_SERVERS, required): where the brokers are",
                        "kafka.client.* (KAFKA_CLIENT_*, optional)",
                        "registry.languages (REGISTRY_LANGUAGES, default empty): languages",
                        "registry.token (REGISTRY_TOKEN, optional)");
    }

    @Test
    void saysWhichFileCannotBeRead() {
        Path missing = folder.resolve("missing.properties");
        assertThatThrownBy(() -> Settings.load(Optional.of(missing), Map.of(), Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(missing.toString());
    }
}
