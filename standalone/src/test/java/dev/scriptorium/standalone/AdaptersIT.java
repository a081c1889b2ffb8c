package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.trainer.adapters.AdapterDesk;
import dev.scriptorium.trainer.adapters.AdapterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The adapter history on a real broker: what is shown of it, and what promoting and rolling back make of it. */
class AdaptersIT {
    private static final String REGISTRY = "mock://adapters-it";
    private static final String FIRST = "aa" + "1".repeat(62);
    private static final String SECOND = "aa" + "2".repeat(62);
    private static final String REFUSED = "bb" + "3".repeat(62);

    private static EmbeddedKafka kafka;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        kafka = EmbeddedKafka.temporary(Map.of());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static Map<String, String> clients() {
        return Map.of("bootstrap.servers", kafka.bootstrap(), "schema.registry.url", REGISTRY);
    }

    private static Topics topics(String prefix) {
        TopicSettings usual = TopicSettings.DEFAULT;
        return new Topics(
                new TopicSettings(
                        prefix,
                        3,
                        -1,
                        usual.pageRetention(),
                        usual.recognitionRetention(),
                        usual.deadLetterRetention(),
                        true),
                PageLimits.DEFAULT);
    }

    private int adapters(String prefix, String... further) {
        List<String> args = new ArrayList<>(List.of("adapters"));
        args.addAll(List.of(further));
        args.addAll(List.of("--json", "--bootstrap", kafka.bootstrap(), "--registry", REGISTRY));
        args.addAll(List.of("-S", "topics.prefix=" + prefix, "-S", "topics.partitions=3"));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Scriptorium.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private static AdapterManifest manifest(String id, String parent, AdapterState state, String active) {
        return AdapterManifest.newBuilder()
                .setAdapterId(id)
                .setDomain("letters")
                .setState(state)
                .setReason("the gate's words")
                .setActive(active)
                .setActiveFiles(state == AdapterState.ACTIVE || active.isEmpty() ? List.of() : files(active))
                .setParent(parent)
                .setBaseModelDigest("base")
                .setUri("adapters/letters/" + id)
                .setFiles(files(id))
                .setSamples(12)
                .setGate(List.of(new GateResult("held-out", 8, 0.5, 0.25, 0.0, 0.0, 1.0, 1.0)))
                .setCreatedAt(Instant.ofEpochMilli(1_000))
                .build();
    }

    private static List<AdapterFile> files(String id) {
        return List.of(new AdapterFile("weights", new BlobRef("file:///blobs/" + id, id, 1L)));
    }

    private static void publish(Topics topics, AdapterManifest... manifests) {
        try (Admin admin = Admin.create(Map.copyOf(clients()))) {
            topics.ensure(admin);
        }
        Map<String, Object> config = new HashMap<>(clients());
        config.put("transactional.id", topics.adapters().name() + "-trainer");
        try (AdapterWriter writer = new AdapterWriter(
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer()),
                topics,
                new AvroSerdes(clients()))) {
            writer.open();
            for (AdapterManifest manifest : manifests) {
                writer.write(
                        AdapterChange.newBuilder()
                                .setManifest(manifest)
                                .setAuthor("trainer")
                                .build(),
                        nothing -> {});
            }
        }
    }

    /** What workers go by. */
    private static AdapterManifest latest(Topics topics, String domain) {
        // a commit is seen a moment after it is acknowledged; who takes over the transactional id waits for that
        AdapterDesk.open(clients(), topics, PageLimits.DEFAULT, "", Clock.systemUTC())
                .close();
        Map<String, AdapterManifest> latest = new HashMap<>();
        try (TopicScan scan = new TopicScan(clients(), PageLimits.DEFAULT)) {
            scan.all(topics.adapters(), (place, key, value) -> latest.put(key, value.orElseThrow()));
        }
        return latest.get(domain);
    }

    @Test
    void rememberAdaptersThatTheCompactedTopicForgets() throws Exception {
        publish(
                topics("list."),
                manifest(FIRST, "", AdapterState.ACTIVE, FIRST),
                manifest(SECOND, FIRST, AdapterState.ACTIVE, SECOND),
                manifest(REFUSED, SECOND, AdapterState.REJECTED, SECOND));

        assertThat(adapters("list.", "list")).isZero();
        assertThat(json().get("adapters").findValuesAsText("adapterId")).containsExactly(FIRST, SECOND, REFUSED);
        assertThat(json().get("adapters").findValuesAsText("active")).containsExactly("false", "true", "false");
        assertThat(json().get("adapters").findValuesAsText("state")).containsExactly("ACTIVE", "ACTIVE", "REJECTED");
        assertThat(adapters("list.", "list", "--domain", "others")).isZero();
        assertThat(json().get("adapters")).isEmpty();

        assertThat(adapters("list.", "show", "bb")).isZero();
        assertThat(json().get("adapterId").asText()).isEqualTo(REFUSED);
        assertThat(json().at("/gate/0/cerAfter").asDouble()).isEqualTo(0.25);
        assertThat(json().at("/history/0/author").asText()).isEqualTo("trainer");
        assertThat(err.toString()).contains("held-out CER 50.00 % -> 25.00 % on 8 pages");
    }

    @Test
    void rollBackToTheParentAndThenToTheBaseModel() throws Exception {
        Topics topics = topics("back.");
        publish(
                topics,
                manifest(FIRST, "", AdapterState.ACTIVE, FIRST),
                manifest(SECOND, FIRST, AdapterState.ACTIVE, SECOND));

        assertThat(adapters("back.", "rollback", "letters", "--reason", "reads worse", "--author", "Zoë"))
                .isZero();
        assertThat(json().get("adapterId").asText()).isEqualTo(SECOND);
        assertThat(json().get("active").asText()).isEqualTo(FIRST);
        AdapterManifest manifest = latest(topics, "letters");
        assertThat(manifest.getState()).isEqualTo(AdapterState.ROLLED_BACK);
        assertThat(manifest.getAdapterId()).isEqualTo(SECOND);
        assertThat(manifest.getActive()).isEqualTo(FIRST);
        assertThat(manifest.getActiveFiles()).isEqualTo(files(FIRST));
        assertThat(manifest.getReason()).isEqualTo("reads worse");

        assertThat(adapters("back.", "show", SECOND)).isZero();
        assertThat(json().at("/events/0/kind").asText()).isEqualTo("ROLLED_BACK");
        assertThat(json().at("/events/0/reporter").asText()).isEqualTo("Zoë");

        assertThat(adapters("back.", "rollback", "letters")).isZero();
        assertThat(latest(topics, "letters").getActive()).isEmpty();
        assertThat(adapters("back.", "rollback", "letters")).isEqualTo(1);
        assertThat(err.toString())
                .contains("domain letters: an adapter to roll back expected, the base model reads it");
        assertThat(adapters("back.", "rollback", "nobody")).isEqualTo(1);
        assertThat(err.toString()).contains("domain nobody: one of [letters] expected");
    }

    @Test
    void putAnAdapterOnTrialAndTakeItAwayWithoutTouchingTheActiveOne() {
        Topics topics = topics("trial.");
        publish(
                topics,
                manifest(FIRST, "", AdapterState.ACTIVE, FIRST),
                manifest(REFUSED, FIRST, AdapterState.REJECTED, FIRST));

        assertThat(adapters("trial.", "promote", "bb", "--canary", "0.5")).isZero();
        AdapterManifest candidate = latest(topics, "letters");
        assertThat(candidate.getState()).isEqualTo(AdapterState.CANDIDATE);
        assertThat(candidate.getRollout()).isEqualTo(Rollout.CANARY);
        assertThat(candidate.getCandidate()).isEqualTo(REFUSED);
        assertThat(candidate.getShare()).isEqualTo(0.5);
        assertThat(candidate.getActive()).isEqualTo(FIRST);
        assertThat(candidate.getActiveFiles()).isEqualTo(files(FIRST));
        assertThat(adapters("trial.", "promote", "bb", "--shadow", "2")).isEqualTo(1);
        assertThat(err.toString()).contains("share: above 0 up to 1 expected, 2.0 found");
        assertThat(adapters("trial.", "promote", FIRST, "--shadow", "1")).isEqualTo(1);
        assertThat(err.toString()).contains("another than the active one of domain letters expected");

        assertThat(adapters("trial.", "rollback", "letters")).isZero();
        AdapterManifest manifest = latest(topics, "letters");
        assertThat(manifest.getAdapterId()).isEqualTo(REFUSED);
        assertThat(manifest.getState()).isEqualTo(AdapterState.ROLLED_BACK);
        assertThat(manifest.getActive()).isEqualTo(FIRST);
        assertThat(manifest.getRollout()).isEqualTo(Rollout.FULL);
        assertThat(manifest.getCandidate()).isEmpty();
    }

    @Test
    void promoteAnyAdapterAlsoForAnotherDomain() throws Exception {
        Topics topics = topics("promote.");
        publish(
                topics,
                manifest(FIRST, "", AdapterState.ACTIVE, FIRST),
                manifest(REFUSED, FIRST, AdapterState.REJECTED, FIRST));

        assertThat(adapters("promote.", "promote", "bb")).isZero();
        assertThat(json().get("before").asText()).isEqualTo(FIRST);
        assertThat(latest(topics, "letters").getState()).isEqualTo(AdapterState.ACTIVE);
        assertThat(latest(topics, "letters").getFiles()).isEqualTo(files(REFUSED));
        assertThat(adapters("promote.", "promote", "bb")).isZero();
        assertThat(json().get("changed").asBoolean()).isFalse();

        assertThat(adapters("promote.", "promote", FIRST, "--domain", "diaries"))
                .isZero();
        assertThat(latest(topics, "diaries").getActive()).isEqualTo(FIRST);
        assertThat(adapters("promote.", "show", FIRST)).isZero();
        assertThat(json().get("domains").toString()).isEqualTo("[\"diaries\"]");
        assertThat(json().get("history").findValuesAsText("domain")).containsExactly("letters", "diaries");
    }

    @Test
    void sayWhatIsWrongWithAnId() {
        publish(
                topics("wrong."),
                manifest(FIRST, "", AdapterState.ACTIVE, FIRST),
                AdapterManifest.newBuilder(manifest(SECOND, "", AdapterState.ACTIVE, SECOND))
                        .setBaseModelDigest("another base")
                        .setDomain("diaries")
                        .build());

        assertThat(adapters("wrong.", "show", "ff")).isEqualTo(1);
        assertThat(err.toString())
                .contains("adapter 'ff': the id of one of 2 known adapters, or its beginning, expected");
        assertThat(adapters("wrong.", "show", "aa")).isEqualTo(1);
        assertThat(err.toString())
                .contains("adapter 'aa': the beginning of one id expected, those of " + FIRST + ", " + SECOND);
        assertThat(adapters("wrong.", "promote", SECOND, "--domain", "letters")).isEqualTo(1);
        assertThat(err.toString()).contains("one for the model base, which reads domain letters, expected");
        assertThat(adapters("wrong.")).isEqualTo(2);
    }
}
