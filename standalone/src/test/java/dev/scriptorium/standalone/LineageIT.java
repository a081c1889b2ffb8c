package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.feedback.FeedbackService;
import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.feedback.corrections.CorrectionSink;
import dev.scriptorium.feedback.corrections.NewCorrection;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.trainer.service.TrainerConfig;
import dev.scriptorium.trainer.service.TrainerService;
import dev.scriptorium.trainer.service.labels.Side;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What led to what after corrections, labels and a run on a real broker, and what is left when a document is forgotten. */
class LineageIT {
    private static final String REGISTRY = "mock://lineage-it";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LEARNED = 12;
    private static final int HELD_OUT = 8;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private EmbeddedKafka kafka;
    private Topics topics;
    private BlobStore blobs;
    private KafkaProducer<String, SpecificRecord> producer;
    private FeedbackService feedback;
    private TrainerService trainer;
    private Thread training;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        kafka = EmbeddedKafka.temporary(Map.of());
        topics = new Topics(TopicSettings.DEFAULT.withPartitions(2), PageLimits.DEFAULT);
        try (Admin admin = Admin.create(Map.copyOf(clients()))) {
            topics.ensure(admin);
        }
        blobs = BlobStore.open(folder.resolve("blobs").toUri());
        producer = new KafkaProducer<>(
                Map.copyOf(clients()), new StringSerializer(), new AvroSerdes(clients()).anySerializer());
        feedback = FeedbackService.start(
                bind(
                        FeedbackConfig.class,
                        Map.of(
                                "feedback.state-dir",
                                folder.resolve("state").toString(),
                                "feedback.http.enabled",
                                "false")),
                PlausibilityCheck.NONE,
                Clock.systemUTC());
        TrainerConfig config = bind(
                TrainerConfig.class,
                Map.of(
                        "blobs.uri", folder.resolve("blobs").toUri().toString(),
                        "trainer.dir", folder.resolve("trainer").toString(),
                        "trainer.min-labels", Integer.toString(LEARNED),
                        "gate.min-pages", Integer.toString(HELD_OUT)));
        trainer = TrainerService.open(config, new LetterLearner(), Clock.systemUTC());
        training = new Thread(this::train, "trainer");
        training.start();
    }

    private void train() {
        try {
            trainer.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        trainer.stop();
        training.join();
        feedback.close();
        producer.close();
        kafka.close();
    }

    private Map<String, String> clients() {
        return Map.of("bootstrap.servers", kafka.bootstrap(), "schema.registry.url", REGISTRY);
    }

    private <T extends Record> T bind(Class<T> type, Map<String, String> own) {
        Map<String, String> settings = new HashMap<>(own);
        settings.put("topics.partitions", "2");
        clients().forEach((key, value) -> settings.put("kafka." + key, value));
        return Settings.load(Optional.empty(), Map.of(), settings).bind(type);
    }

    private JsonNode command(int status, String... words) throws IOException {
        List<String> args = new ArrayList<>(List.of(words));
        args.addAll(List.of("--json", "--bootstrap", kafka.bootstrap(), "--registry", REGISTRY));
        args.addAll(List.of("-S", "topics.partitions=2"));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        assertThat(Scriptorium.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(args.toArray(String[]::new)))
                .as(err.toString())
                .isEqualTo(status);
        return new ObjectMapper().readTree(out.toString());
    }

    private static List<String> documents(Side side, int count) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "document-" + i)
                .filter(name -> Side.of(name) == side)
                .limit(count)
                .toList();
    }

    private RecordMetadata send(Topic<?> topic, String key, SpecificRecord value) throws Exception {
        return producer.send(new ProducerRecord<>(topic.name(), key, value)).get();
    }

    /** A page that was taken in and read; its image lies in the blob store. */
    private BlobRef read(String document, byte[] image, String adapterId, String text) throws Exception {
        String pageId = document + "/1";
        BlobRef blob = blobs.put(ByteBuffer.wrap(image));
        PageImage page = PageImage.newBuilder()
                .setPageId(pageId)
                .setDocumentId(document)
                .setPageNumber(1)
                .setDomain("letters")
                .setMediaType("image/png")
                .setBlob(blob)
                .setIngestedAt(Instant.EPOCH)
                .build();
        RecordMetadata at = send(topics.pages(), pageId, page);
        Recognition recognition = Recognition.newBuilder()
                .setPageId(pageId)
                .setDocumentId(document)
                .setPageNumber(1)
                .setDomain("letters")
                .setSource(new SourceOffset(at.topic(), at.partition(), at.offset()))
                .setBlob(blob)
                .setText(text)
                .setFinishReason("OK")
                .setConfidence(0.5)
                .setModelDigest(LetterLearner.BASE)
                .setAdapterId(adapterId)
                .setRecognizedAt(Instant.now())
                .build();
        send(topics.recognitions(), pageId, recognition);
        return blob;
    }

    private static byte[] image(String document) {
        return ("image of " + document).getBytes(StandardCharsets.UTF_8);
    }

    private void correct(CorrectionSink sink, String document, String text, String reviewer) {
        sink.send(NewCorrection.edited(document + "/1", text, reviewer)).await();
    }

    /** The last value of every key. */
    private <T extends SpecificRecord> Map<String, T> table(Topic<T> topic) {
        Map<String, T> table = new HashMap<>();
        try (TopicScan scan = new TopicScan(clients(), PageLimits.DEFAULT)) {
            scan.all(topic, (place, key, value) -> {
                table.remove(key);
                value.ifPresent(it -> table.put(key, it));
            });
        }
        return table;
    }

    private static <T> T await(String what, Supplier<Optional<T>> source) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Optional<T> found = source.get();
            if (found.isPresent()) {
                return found.get();
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        throw new AssertionError(what + " expected within " + PATIENCE);
    }

    private long labelFiles() {
        try (Stream<Path> files = Files.walk(folder.resolve("trainer/labels"))) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void answersBothWaysAndForgetsADocument() throws Exception {
        List<String> learned = documents(Side.TRAIN, LEARNED);
        List<String> heldOut = documents(Side.HELD_OUT, HELD_OUT);
        String first = learned.get(0);
        try (CorrectionSink sink = CorrectionSink.open(clients(), topics, PageLimits.DEFAULT, Clock.systemUTC())) {
            for (String document : heldOut) {
                read(document, image(document), "", "#".repeat(10));
                correct(sink, document, "text of " + document, "Ann");
            }
            for (String document : learned) {
                read(document, image(document), "", "#".repeat(10));
                correct(sink, document, "text of " + document, document.equals(first) ? "Zoë" : "Ann");
            }
            AdapterManifest manifest = await(
                    "a manifest",
                    () -> Optional.ofNullable(table(topics.adapters()).get("letters")));
            assertThat(manifest.getActive()).isEqualTo(manifest.getAdapterId());
            read("later", image("later"), manifest.getAdapterId(), "abcx");
            correct(sink, "later", "abcd", "Ann");
            await("a label", () -> Optional.ofNullable(table(topics.labeled()).get("later/1")));

            pagesLeadToAdapters(first, heldOut.get(0), manifest.getAdapterId());
            adaptersLeadToPages(first, manifest);
            forgets(first, manifest.getAdapterId());
        }
    }

    private void pagesLeadToAdapters(String first, String heldOut, String adapterId) throws IOException {
        JsonNode page = command(0, "lineage", first + "/1").at("/pages/0");
        assertThat(page.at("/pageId").asText()).isEqualTo(first + "/1");
        assertThat(page.at("/recognitions/0/modelDigest").asText()).isEqualTo(LetterLearner.BASE);
        assertThat(page.at("/recognitions/0/source/topic").asText()).isEqualTo("ocr.pages");
        assertThat(page.at("/corrections/0/reviewer").asText()).isEqualTo("Zoë");
        assertThat(page.at("/corrections/0/verdict").asText()).isEqualTo("EDITED");
        assertThat(page.at("/label/correction")).isEqualTo(page.at("/corrections/0/place"));
        assertThat(page.at("/label/recognition")).isEqualTo(page.at("/recognitions/0/place"));
        assertThat(page.at("/quarantine").isNull()).isTrue();
        assertThat(page.at("/adapters/0/adapterId").asText()).isEqualTo(adapterId);
        assertThat(page.at("/adapters/0/role").asText()).isEqualTo("learned");
        assertThat(page.at("/adapters/0/label")).isEqualTo(page.at("/label/place"));
        assertThat(page.at("/adapters/0/active").asBoolean()).isTrue();
        assertThat(err.toString()).contains("EDITED ").contains("by Zoë").contains("└─ learned by adapter ");

        JsonNode measured = command(0, "lineage", heldOut).at("/pages/0/adapters/0");
        assertThat(measured.at("/role").asText()).isEqualTo("held-out");
        command(1, "lineage", "nobody");
        assertThat(err.toString()).contains("'nobody': a page, a document or an adapter on the topics expected");
    }

    private void adaptersLeadToPages(String first, AdapterManifest manifest) throws IOException {
        JsonNode adapter =
                command(0, "lineage", manifest.getAdapterId().substring(0, 10)).at("/adapter");
        assertThat(adapter.at("/adapterId").asText()).isEqualTo(manifest.getAdapterId());
        assertThat(adapter.at("/learned")).hasSize(LEARNED);
        assertThat(adapter.at("/learned").findValuesAsText("pageId")).contains(first + "/1");
        assertThat(adapter.at("/heldOut")).hasSize(HELD_OUT);
        assertThat(adapter.at("/reviewers/Ann").asInt()).isEqualTo(LEARNED - 1);
        assertThat(adapter.at("/reviewers/Zoë").asInt()).isEqualTo(1);
        assertThat(adapter.at("/unrecorded")).isEmpty();
        assertThat(adapter.at("/gate/0/pages").asInt()).isEqualTo(HELD_OUT);
        assertThat(adapter.at("/read/pages").asInt()).isEqualTo(1);
        assertThat(adapter.at("/read/reviewed").asInt()).isEqualTo(1);
        assertThat(adapter.at("/read/cer").asDouble()).isEqualTo(0.25);
        assertThat(err.toString()).contains("taught by Zoë: 1 pages");
    }

    private void forgets(String document, String adapterId) throws Exception {
        String pageId = document + "/1";
        BlobRef shared = read("copy", image(document), "", "the same image");
        String store = folder.resolve("blobs").toUri().toString();
        JsonNode plan = command(0, "forget", document, "--dry-run", "--blobs", store);
        assertThat(plan.at("/tombstones/ocr.labeled").asInt()).isEqualTo(1);
        assertThat(plan.at("/blobsKept/" + shared.getUri().replace("/", "~1")).asText())
                .isEqualTo("page copy/1 has the same image");
        assertThat(plan.at("/adapters/0/adapterId").asText()).isEqualTo(adapterId);
        assertThat(plan.at("/adapters/0/pages").asInt()).isEqualTo(1);
        assertThat(table(topics.labeled())).containsKey(pageId);
        long labels = labelFiles();

        command(0, "forget", "copy", "--yes", "--blobs", store);
        JsonNode done = command(0, "forget", document, "--yes", "--blobs", store);
        assertThat(done.at("/tombstones/ocr.corrections").asInt()).isEqualTo(1);
        assertThat(done.at("/blobsDeleted/0").asText()).isEqualTo(shared.getUri());
        assertThat(done.at("/remains").toString()).contains("ocr.pages: 1 records", "until the brokers compact");
        assertThat(Path.of(URI.create(shared.getUri()))).doesNotExist();

        await("the trainer to follow", () -> labelFiles() == labels - 1 ? Optional.of(true) : Optional.empty());
        for (Topic<?> topic : topics.all()) {
            if (topic.compacted()) {
                assertThat(table(topic)).as(topic.name()).doesNotContainKey(pageId);
            }
        }
        JsonNode after = command(0, "lineage", document).at("/pages/0");
        assertThat(after.at("/recognitions")).isEmpty();
        assertThat(after.at("/corrections")).isEmpty();
        assertThat(after.at("/label").isNull()).isTrue();
        assertThat(after.at("/adapters/0/adapterId").asText()).isEqualTo(adapterId);
        command(1, "forget", "nobody", "--yes");
        assertThat(err.toString()).contains("document 'nobody': one that the topics know expected");
    }
}
