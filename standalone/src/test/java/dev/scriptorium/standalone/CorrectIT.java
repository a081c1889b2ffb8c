package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.feedback.FeedbackService;
import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Verdict;
import dev.scriptorium.schemas.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The command and the service against a real broker. */
class CorrectIT {
    private static final String REGISTRY = "mock://correct-it";
    private static final int PARTITIONS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static EmbeddedKafka kafka;

    @TempDir
    Path folder;

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

    private int correct(String prefix, String... further) {
        List<String> args = new ArrayList<>(List.of("correct", "--json", "--bootstrap", kafka.bootstrap()));
        args.addAll(List.of("--registry", REGISTRY, "-S", "topics.prefix=" + prefix));
        args.addAll(List.of("-S", "topics.partitions=" + PARTITIONS));
        // of no use here, but what says where a cluster is fits every command
        args.addAll(List.of("--blobs", "file:///blobs"));
        args.addAll(List.of(further));
        out.getBuffer().setLength(0);
        return Scriptorium.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private FeedbackService service(String prefix) throws IOException {
        Map<String, String> settings = new HashMap<>(Map.of(
                "topics.prefix",
                prefix,
                "topics.partitions",
                Integer.toString(PARTITIONS),
                "feedback.state-dir",
                folder.resolve("state").toString(),
                "feedback.http.enabled",
                "false"));
        clients().forEach((key, value) -> settings.put("kafka." + key, value));
        FeedbackConfig config =
                Settings.load(Optional.empty(), Map.of(), settings).bind(FeedbackConfig.class);
        return FeedbackService.start(config, PlausibilityCheck.NONE, Clock.systemUTC());
    }

    private static void recognize(String prefix, String pageId, String documentName, String text) throws Exception {
        Recognition recognition = Recognition.newBuilder()
                .setPageId(pageId)
                .setDocumentId(pageId)
                .setPageNumber(1)
                .setDocumentName(documentName)
                .setSource(new SourceOffset(prefix + "pages", 0, 1L))
                .setText(text)
                .setFinishReason("OK")
                .setConfidence(1)
                .setModelDigest("model")
                .setAdapterId("adapter")
                .setRecognizedAt(Instant.now())
                .build();
        try (KafkaProducer<String, SpecificRecord> producer = new KafkaProducer<>(
                Map.copyOf(clients()), new StringSerializer(), new AvroSerdes(clients()).anySerializer())) {
            producer.send(new ProducerRecord<>(prefix + "recognitions", pageId, recognition))
                    .get();
        }
    }

    /** The labels by page, once there are so many. */
    private static Map<String, LabeledPage> labels(String prefix, int count) {
        Map<String, Object> config = new HashMap<>(clients());
        config.put("isolation.level", "read_committed");
        Map<String, LabeledPage> labels = new HashMap<>();
        try (KafkaConsumer<String, LabeledPage> consumer = new KafkaConsumer<>(
                config,
                new StringDeserializer(),
                new AvroSerdes(clients()).labeledPage().deserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(i -> new TopicPartition(prefix + "labeled", i))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (labels.size() < count && System.nanoTime() - deadline < 0) {
                consumer.poll(Duration.ofMillis(100)).forEach(label -> labels.put(label.key(), label.value()));
            }
        }
        return labels;
    }

    @Test
    void sendsWordsThatBecomeLabelsWithTheirLineage() throws Exception {
        assertThat(correct("words.", "doc/1", "--text", "Grüße", "--reviewer", "Zoë"))
                .isZero();
        assertThat(json().get("pageId").asText()).isEqualTo("doc/1");
        assertThat(err.toString()).contains("page doc/1 is not recognized yet");
        recognize("words.", "doc/1", "a.png", "Gruße");
        recognize("words.", "doc/2", "b.png", "right as it is");
        assertThat(correct("words.", "doc/2", "--accept")).isZero();
        Path file = Files.writeString(folder.resolve("text"), "drei\nZeilen\n");
        recognize("words.", "doc/3", "c.png", "x");
        assertThat(correct("words.", "doc/3", "--file", file.toString())).isZero();

        try (FeedbackService service = service("words.")) {
            Map<String, LabeledPage> labels = labels("words.", 3);
            service.check();
            assertThat(labels.get("doc/1").getTrueText()).isEqualTo("Grüße");
            assertThat(labels.get("doc/1").getReviewer()).isEqualTo("Zoë");
            assertThat(labels.get("doc/2").getVerdict()).isEqualTo(Verdict.ACCEPTED);
            assertThat(labels.get("doc/2").getTrueText()).isEqualTo("right as it is");
            assertThat(labels.get("doc/2").getReviewer()).isEqualTo(System.getProperty("user.name"));
            assertThat(labels.get("doc/2").getRecognition().orElseThrow().getTopic())
                    .isEqualTo("words.recognitions");
            assertThat(labels.get("doc/2").getAdapterId()).isEqualTo("adapter");
            assertThat(labels.get("doc/3").getTrueText()).isEqualTo("drei\nZeilen");
        }
    }

    @Test
    void importsPageXmlForTheDocumentThatIsCalledLikeItsImage() throws Exception {
        assertThat(correct("import.", "none/1", "--withdraw")).isZero();
        recognize("import.", "doc/1", "scans/0001.png", "x");
        Path xml = Files.writeString(
                folder.resolve("page.xml"),
                "<PcGts><Page imageFilename='C:\\scans\\0001.tif'><TextRegion><TextEquiv><Unicode>eins</Unicode>"
                        + "</TextEquiv></TextRegion></Page></PcGts>");
        Path broken = Files.writeString(folder.resolve("broken.xml"), "<PcGts>");

        assertThat(correct("import.", "--import", xml.toString(), broken.toString()))
                .isEqualTo(1);

        assertThat(json().get("sent").toString()).isEqualTo("[\"doc/1\"]");
        assertThat(json().at("/refused/0/place").asText()).isEqualTo(broken.toString());
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(correct("usage.", "doc/1")).isEqualTo(2);
        assertThat(correct("usage.", "--text", "x")).isEqualTo(2);
        assertThat(correct("usage.", "doc/1", "--text", "x", "--accept")).isEqualTo(2);
        assertThat(correct("usage.", "doc", "--text", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("pageId: <documentId>/<page number> expected, 'doc' found");
        assertThat(correct("usage.", "doc/1", "--accept")).isEqualTo(1);
        assertThat(err.toString()).contains("page doc/1: a recognition to accept expected, none found");
    }
}
