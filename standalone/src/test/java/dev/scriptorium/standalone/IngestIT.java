package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.StageMillis;
import dev.scriptorium.schemas.blob.BlobStore;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** The command against a real broker; a thread that answers pages stands in for a worker. */
class IngestIT {
    private static final String REGISTRY = "mock://ingest-it";
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

    /** Runs the command on topics of its own. */
    private int ingest(String prefix, String... further) {
        List<String> args = new ArrayList<>(List.of("ingest", "--json", "--bootstrap", kafka.bootstrap()));
        args.addAll(List.of("--registry", REGISTRY, "-S", "topics.prefix=" + prefix, "-S", "topics.partitions=3"));
        args.addAll(List.of(further));
        CommandLine commandLine = Scriptorium.commandLine();
        return commandLine
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private Path noise(String name, int side, long seed) throws IOException {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return Files.write(folder.resolve(name), bytes.toByteArray());
    }

    private static KafkaConsumer<String, PageImage> pages(String prefix) {
        KafkaConsumer<String, PageImage> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new AvroSerdes(Map.of("schema.registry.url", REGISTRY))
                        .pageImage()
                        .deserializer());
        consumer.assign(List.of(
                new TopicPartition(prefix + "pages", 0),
                new TopicPartition(prefix + "pages", 1),
                new TopicPartition(prefix + "pages", 2)));
        return consumer;
    }

    private static List<ConsumerRecord<String, PageImage>> read(String prefix, int count) {
        List<ConsumerRecord<String, PageImage>> records = new ArrayList<>();
        try (KafkaConsumer<String, PageImage> consumer = pages(prefix)) {
            for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                    records.size() < count && System.nanoTime() < end; ) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    @Test
    void sendsWhatCanBeReadAndSaysWhatCannot() throws Exception {
        noise("a.png", 20, 1);
        noise("b.png", 20, 2);
        Files.write(folder.resolve("c.png"), new byte[0]);
        Files.writeString(folder.resolve("labels.tsv"), "a.png\ttext\n");

        assertThat(ingest("one.", folder.toString())).isEqualTo(1);

        assertThat(json().get("pages")).hasSize(2);
        assertThat(json().get("refused")).hasSize(1);
        assertThat(json().get("refused").get(0).get("outcome").asText()).isEqualTo("EMPTY");
        assertThat(json().get("passedOver").asInt()).isEqualTo(1);
        assertThat(err.toString()).contains("c.png: a document expected, 0 bytes found");
        assertThat(read("one.", 2)).extracting(ConsumerRecord::key).allMatch(key -> key.endsWith("/1"));
    }

    @Test
    void theSecondTimeBringsTheSameKeysOnTheSamePartitions() throws Exception {
        noise("a.png", 20, 3);
        noise("b.png", 20, 4);

        assertThat(ingest("two.", folder.toString())).isZero();
        assertThat(ingest("two.", folder.toString())).isZero();

        List<ConsumerRecord<String, PageImage>> records = read("two.", 4);
        assertThat(records).hasSize(4);
        assertThat(records.stream().map(ConsumerRecord::key).distinct()).hasSize(2);
        assertThat(records.stream().map(page -> page.key() + page.partition()).distinct())
                .hasSize(2);
    }

    @Test
    void aLargePageTravelsAsAClaimCheck() throws Exception {
        Path large = noise("large.png", 700, 5);
        Path blobs = folder.resolve("blobs");

        int status = ingest("three.", "--blobs", blobs.toUri().toString(), large.toString());

        assertThat(status).as(err.toString()).isZero();
        PageImage page = read("three.", 1).get(0).value();
        assertThat(page.getImage()).isEmpty();
        assertThat(BlobStore.open(blobs.toUri()).get(page.getBlob().orElseThrow(), 20_000_000))
                .isEqualTo(Files.readAllBytes(large));
    }

    @Test
    void waitsForTheResultOfEveryPage() throws Exception {
        noise("a.png", 20, 6);
        noise("b.png", 20, 7);
        CountDownLatch ready = new CountDownLatch(1);
        ingest("four.", folder.toString()); // makes the topics, and results of this run must not count
        out.getBuffer().setLength(0);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<?> worker = threads.submit(() -> answer("four.", 4, ready));
            assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();

            int status = ingest("four.", "--wait", "--patience", "60", folder.toString());
            worker.get(30, TimeUnit.SECONDS);

            assertThat(status).isEqualTo(1); // one of the two is given up
            List<String> outcomes = new ArrayList<>();
            json().get("pages").forEach(page -> outcomes.add(page.get("outcome").asText()));
            assertThat(outcomes).containsExactlyInAnyOrder("OK", "UNDECODABLE");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aPageWithoutAResultIsReported() throws Exception {
        noise("a.png", 20, 8);

        assertThat(ingest("five.", "--wait", "--patience", "1", folder.toString()))
                .isEqualTo(1);

        assertThat(err.toString()).contains("no result within 1 s");
        assertThat(json().at("/pages/0/outcome").asText()).isEqualTo("NO_RESULT");
    }

    @Test
    void anUnknownTaskIsBadUsage() throws Exception {
        assertThat(ingest("six.", "--task", "poetry", noise("a.png", 20, 9).toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("free-ocr").contains("'poetry' found");
    }

    /** Answers so many pages: every second one is given up. */
    private static Void answer(String prefix, int count, CountDownLatch ready) throws Exception {
        AvroSerdes serdes = new AvroSerdes(Map.of("schema.registry.url", REGISTRY));
        try (KafkaConsumer<String, PageImage> consumer = pages(prefix);
                KafkaProducer<String, SpecificRecord> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrap()),
                        new StringSerializer(),
                        serdes.anySerializer())) {
            for (int answered = 0; answered < count && !Thread.currentThread().isInterrupted(); ) {
                for (ConsumerRecord<String, PageImage> page : consumer.poll(Duration.ofMillis(100))) {
                    producer.send(answered % 2 == 0 ? recognition(prefix, page) : letter(prefix, page))
                            .get();
                    answered++;
                }
                if (answered >= 2) {
                    ready.countDown(); // the first run's pages are answered
                }
            }
        }
        return null;
    }

    private static SourceOffset source(ConsumerRecord<?, ?> page) {
        return new SourceOffset(page.topic(), page.partition(), page.offset());
    }

    private static ProducerRecord<String, SpecificRecord> recognition(
            String prefix, ConsumerRecord<String, PageImage> page) {
        Recognition recognition = Recognition.newBuilder()
                .setPageId(page.key())
                .setDocumentId(page.value().getDocumentId())
                .setPageNumber(page.value().getPageNumber())
                .setSource(source(page))
                .setText("read")
                .setFinishReason("OK")
                .setConfidence(0.5)
                .setModelDigest("none")
                .setMillis(new StageMillis(0L, 0L, 0L, 0L))
                .setRecognizedAt(Instant.EPOCH)
                .build();
        return new ProducerRecord<>(prefix + "recognitions", page.key(), recognition);
    }

    private static ProducerRecord<String, SpecificRecord> letter(
            String prefix, ConsumerRecord<String, PageImage> page) {
        DeadLetter letter = DeadLetter.newBuilder()
                .setPageId(page.key())
                .setSource(source(page))
                .setCode("UNDECODABLE")
                .setMessage("noise")
                .setStage("decode")
                .setFailedAt(Instant.EPOCH)
                .build();
        return new ProducerRecord<>(prefix + "dead-letters", page.key(), letter);
    }
}
