package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.Verdict;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.worker.WorkerConfig;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Pages that could not be read, or not well, and what people do about them: on a real broker. */
class AnotherTryIT {
    private static final String REGISTRY = "mock://another-try-it";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private EmbeddedKafka kafka;
    private Topics topics;
    private BlobStore blobs;
    private KafkaProducer<String, SpecificRecord> producer;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        kafka = EmbeddedKafka.temporary(Map.of());
        topics = new Topics(TopicSettings.DEFAULT.withPartitions(1), PageLimits.DEFAULT);
        try (Admin admin = Admin.create(Map.copyOf(clients()))) {
            topics.ensure(admin);
        }
        blobs = BlobStore.open(folder.resolve("blobs").toUri());
        producer = new KafkaProducer<>(
                Map.copyOf(clients()), new StringSerializer(), new AvroSerdes(clients()).anySerializer());
    }

    @AfterEach
    void stop() {
        producer.close();
        kafka.close();
    }

    @Test
    void sendsEachPageAgainOnceAndSaysWhatBecameOfIt() throws Exception {
        BlobRef lost = blobs.put(line("Lost"));
        assertThat(blobs.delete(lost)).isTrue();
        send(page("good/1").setImage(line("Good")));
        send(page("torn/1").setImage(ByteBuffer.wrap("no picture".getBytes(StandardCharsets.UTF_8))));
        send(page("lost/1").setBlob(lost));
        try (LocalWorker worker = worker()) {
            await("OPEN", 2);
            worker.check();
        }
        assertThat(rows(command(0, "list", "--code", "undecodable"), "pageId")).containsExactly("torn/1");
        assertThat(rows(command(0, "list", "--document", "lost", "--since", "1h"), "code"))
                .containsExactly("BLOB_MISSING");
        assertThat(rows(command(0, "list", "--until", "1h"), "pageId")).isEmpty();
        assertThat(command(0, "show", "torn/1").at("/deadLetters/0/message").asText())
                .contains("torn/1");

        JsonNode dry = command(1, "replay", "--dry-run");
        assertThat(outcomes(dry)).isEqualTo(Map.of("SENT", 1, "PAGE_GONE", 1));
        assertThat(pagesEver()).isEqualTo(3);

        blobs.put(line("Lost"));
        assertThat(outcomes(command(0, "replay", "--limit", "1"))).isEqualTo(Map.of("SENT", 1, "LEFT", 1));
        assertThat(outcomes(command(0, "replay"))).isEqualTo(Map.of("SENT", 1, "WAITING", 1));
        assertThat(outcomes(command(0, "replay"))).isEqualTo(Map.of("WAITING", 2));

        try (LocalWorker worker = worker()) {
            await("FAILED_AGAIN", 1);
            await("READ", 1);
            worker.check();
        }
        JsonNode after = command(0, "list");
        assertThat(rows(after, "state")).containsExactly("FAILED_AGAIN", "READ", "OPEN");
        assertThat(after.at("/deadLetters/2/attempts").asInt()).isEqualTo(2);
        assertThat(outcomes(command(0, "replay", "--document", "lost"))).isEqualTo(Map.of("READ", 1));

        forgetPages(-1);
        assertThat(outcomes(command(1, "replay", "--document", "torn/1")))
                .isEqualTo(Map.of("FAILED_AGAIN", 1, "PAGE_GONE", 1));
        assertThat(err.toString()).contains("ingest the document again");
    }

    @Test
    void publishesWhatAnotherModelReadsOtherwiseAndGoesOnWhereItWas() throws Exception {
        read("gone/1", "d", "forgotten");
        SourceOffset first = read("first/1", "d", "wrong");
        read("corrected/1", "d", "said by a person");
        read("second/1", "d", "wrong as well");
        read("other/1", "e", "of another domain");
        correct("corrected/1");
        forgetPages(1);

        assertThat(outcomes(reocr(0, "--dry-run"))).isEqualTo(Map.of("WANTED", 3, "CORRECTED", 1));
        JsonNode part = reocr(1, "--limit", "2");
        assertThat(outcomes(part)).isEqualTo(Map.of("PAGE_GONE", 1, "CHANGED", 1, "CORRECTED", 1, "LEFT", 1));
        assertThat(part.at("/failed/0/pageId").asText()).isEqualTo("gone/1");
        assertThat(part.at("/changed/0/pageId").asText()).isEqualTo("first/1");
        assertThat(part.at("/changed/0/removed/0").asText()).isEqualTo("wrong");
        assertThat(outcomes(reocr(0))).isEqualTo(Map.of("DONE_BEFORE", 2, "CHANGED", 1, "CORRECTED", 1));
        assertThat(outcomes(reocr(0))).isEqualTo(Map.of("DONE_BEFORE", 4));

        List<Recognition> all = recognitions();
        assertThat(all).hasSize(7);
        Recognition again = all.get(5);
        assertThat(again.getPageId()).isEqualTo("first/1");
        assertThat(again.getSupersedes()).contains(first);
        assertThat(again.getSource().getOffset()).isEqualTo(1);
        assertThat(again.getText()).isEqualTo(part.at("/changed/0/added/0").asText());
        assertThat(again.getEdits())
                .isPositive()
                .isEqualTo(part.at("/changed/0/edits").asInt());
        assertThat(again.getModelDigest()).isEqualTo(part.at("/modelDigest").asText());

        // The same picture, read by an older model as this one reads it: nothing to publish.
        read("third/1", "d", again.getText());
        assertThat(outcomes(reocr(0))).isEqualTo(Map.of("DONE_BEFORE", 4, "SAME", 1));
        assertThat(recognitions()).hasSize(8);
    }

    /** A page that was taken in, and what an older model read. */
    private SourceOffset read(String pageId, String domain, String text) throws Exception {
        RecordMetadata page = send(page(pageId).setDomain(domain).setImage(line("Line")));
        Recognition recognition = Recognition.newBuilder()
                .setPageId(pageId)
                .setDocumentId(pageId.substring(0, pageId.indexOf('/')))
                .setPageNumber(1)
                .setDomain(domain)
                .setSource(new SourceOffset(page.topic(), page.partition(), page.offset()))
                .setText(text)
                .setFinishReason("OK")
                .setConfidence(0.5)
                .setModelDigest("an older model")
                .setRecognizedAt(Instant.now())
                .build();
        RecordMetadata at = producer.send(
                        new ProducerRecord<>(topics.recognitions().name(), pageId, recognition))
                .get();
        return new SourceOffset(at.topic(), at.partition(), at.offset());
    }

    private void correct(String pageId) throws Exception {
        Correction correction = Correction.newBuilder()
                .setPageId(pageId)
                .setText("Line")
                .setVerdict(Verdict.EDITED)
                .setCorrectedAt(Instant.now())
                .build();
        producer.send(new ProducerRecord<>(topics.corrections().name(), pageId, correction))
                .get();
    }

    private List<Recognition> recognitions() {
        List<Recognition> all = new ArrayList<>();
        try (TopicScan scan = new TopicScan(clients(), PageLimits.DEFAULT)) {
            scan.all(topics.recognitions(), (place, pageId, page) -> all.add(page.orElseThrow()));
        }
        return all;
    }

    private JsonNode reocr(int status, String... words) throws IOException {
        List<String> args = new ArrayList<>(List.of("reocr", "--domain", "d", "--since", "1h"));
        args.addAll(List.of(words));
        return run(status, args);
    }

    private Map<String, String> clients() {
        return Map.of("bootstrap.servers", kafka.bootstrap(), "schema.registry.url", REGISTRY);
    }

    private LocalWorker worker() throws IOException {
        Map<String, String> settings = new HashMap<>(Map.of(
                "worker.id",
                "w",
                "topics.partitions",
                "1",
                "blobs.uri",
                folder.resolve("blobs").toUri().toString()));
        clients().forEach((key, value) -> settings.put("kafka." + key, value));
        WorkerConfig config =
                Settings.load(Optional.empty(), Map.of(), settings).bind(WorkerConfig.class);
        Path nano = BundledModel.folder();
        EngineOptions options =
                EngineOptions.suiting(ModelConfig.read(nano), Optional.empty(), 100, Duration.ofMinutes(1));
        return LocalWorker.start(config, OcrEngine.open(nano, DType.F32, options));
    }

    private static PageImage.Builder page(String pageId) {
        return PageImage.newBuilder()
                .setPageId(pageId)
                .setDocumentId(pageId.substring(0, pageId.indexOf('/')))
                .setPageNumber(1)
                .setMediaType("image/png")
                .setMode("line")
                .setIngestedAt(Instant.now());
    }

    private RecordMetadata send(PageImage.Builder page) throws Exception {
        return producer.send(new ProducerRecord<>(topics.pages().name(), page.getPageId(), page.build()))
                .get();
    }

    private static ByteBuffer line(String text) throws IOException {
        BufferedImage image = new BufferedImage(220, 48, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, 220, 48);
        pen.setColor(Color.BLACK);
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, 32));
        pen.drawString(text, 8, 36);
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return ByteBuffer.wrap(png.toByteArray());
    }

    private void await(String state, int count) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (command(0, "list").at("/states/" + state).asInt() < count) {
            assertThat(System.nanoTime()).as(count + " letters " + state).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
        }
    }

    private long pagesEver() throws Exception {
        TopicPartition pages = new TopicPartition(topics.pages().name(), 0);
        try (Admin admin = Admin.create(Map.copyOf(clients()))) {
            return admin.listOffsets(Map.of(pages, org.apache.kafka.clients.admin.OffsetSpec.latest()))
                    .partitionResult(pages)
                    .get()
                    .offset();
        }
    }

    /** What retention does, at once. */
    private void forgetPages(long before) throws Exception {
        TopicPartition pages = new TopicPartition(topics.pages().name(), 0);
        try (Admin admin = Admin.create(Map.copyOf(clients()))) {
            admin.deleteRecords(Map.of(pages, RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get();
        }
    }

    private static List<String> rows(JsonNode result, String field) {
        List<String> values = new ArrayList<>();
        result.get("deadLetters").forEach(row -> values.add(row.get(field).asText()));
        return values;
    }

    private static Map<String, Integer> outcomes(JsonNode result) {
        Map<String, Integer> outcomes = new HashMap<>();
        result.get("outcomes")
                .properties()
                .forEach(it -> outcomes.put(it.getKey(), it.getValue().asInt()));
        return outcomes;
    }

    private JsonNode command(int status, String... words) throws IOException {
        List<String> args = new ArrayList<>(List.of("dead-letters"));
        args.addAll(List.of(words));
        return run(status, args);
    }

    private JsonNode run(int status, List<String> args) throws IOException {
        args.addAll(List.of("--json", "--bootstrap", kafka.bootstrap(), "--registry", REGISTRY));
        args.addAll(List.of("--blobs", folder.resolve("blobs").toUri().toString(), "-S", "topics.partitions=1"));
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
}
