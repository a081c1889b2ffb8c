package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A long document whose ingest is killed, as a process, and run again: on a real broker. */
class IngestResumeIT {
    private static final int PAGES = 100;
    private static final List<TopicPartition> PARTITIONS =
            List.of(new TopicPartition("resume.pages", 0), new TopicPartition("resume.pages", 1));

    private static EmbeddedKafka kafka;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        kafka = EmbeddedKafka.temporary(Map.of());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private Path document() throws IOException {
        Path file = folder.resolve("long.pdf");
        try (PDDocument pdf = new PDDocument()) {
            for (int number = 1; number <= PAGES; number++) {
                PDPage page = new PDPage(new PDRectangle(72, 72));
                pdf.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(pdf, page)) {
                    content.addRect(number % 60, 10, 10, 10);
                    content.fill();
                }
            }
            pdf.save(file.toFile());
        }
        return file;
    }

    private static List<String> arguments(Path file, String... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "ingest",
                "--json",
                "--bootstrap",
                kafka.bootstrap(),
                "--registry",
                "mock://resume",
                "-S",
                "topics.prefix=resume.",
                "-S",
                "topics.partitions=2",
                file.toString()));
        arguments.addAll(List.of(further));
        return arguments;
    }

    private Process process(Path file) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Scriptorium.class.getName()));
        command.addAll(arguments(file));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private static JsonNode run(Path file) throws IOException {
        return run(file, 0);
    }

    private static JsonNode run(Path file, int expected, String... further) throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Scriptorium.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments(file, further).toArray(String[]::new));
        assertThat(status).as(err.toString()).isEqualTo(expected);
        return new ObjectMapper().readTree(out.toString());
    }

    /** Keys of what readers of committed records see. */
    private static List<String> keys() {
        List<String> keys = new ArrayList<>();
        read(record -> keys.add(record.key()));
        return keys;
    }

    private static Map<String, SourceOffset> places() {
        Map<String, SourceOffset> places = new HashMap<>();
        read(record -> places.put(record.key(), new SourceOffset(record.topic(), record.partition(), record.offset())));
        return places;
    }

    private static void read(Consumer<ConsumerRecord<String, byte[]>> visitor) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(PARTITIONS);
            consumer.seekToBeginning(PARTITIONS);
            Map<TopicPartition, Long> ends = consumer.endOffsets(PARTITIONS);
            while (PARTITIONS.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(visitor);
            }
        }
    }

    /** Stands in for a worker that has read every page of the document that is there. */
    private static int readAll() throws Exception {
        Map<String, String> clients =
                Map.of("bootstrap.servers", kafka.bootstrap(), "schema.registry.url", "mock://resume");
        Map<String, SourceOffset> pages = places();
        try (KafkaProducer<String, Recognition> producer = new KafkaProducer<>(
                Map.copyOf(clients),
                new StringSerializer(),
                new AvroSerdes(clients).recognition().serializer())) {
            for (Map.Entry<String, SourceOffset> page : pages.entrySet()) {
                Recognition recognition = Recognition.newBuilder()
                        .setPageId(page.getKey())
                        .setDocumentId("long")
                        .setPageNumber(1)
                        .setSource(page.getValue())
                        .setText("read")
                        .setFinishReason("OK")
                        .setConfidence(0.5)
                        .setModelDigest("none")
                        .setRecognizedAt(Instant.EPOCH)
                        .build();
                producer.send(new ProducerRecord<>("resume.recognitions", page.getKey(), recognition))
                        .get();
            }
        }
        return pages.size() - 1; // the first picture is another document
    }

    @Test
    void aRunThatWasKilledIsContinuedWithoutAPageTwice() throws Exception {
        Path file = document();
        Path first = folder.resolve("first.png");
        ImageIO.write(new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY), "png", first.toFile());
        run(first); // makes the topics
        for (int kill = 1; kill <= 2; kill++) {
            Process process = process(file);
            try {
                int enough = 20 * kill;
                for (long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5); keys().size() < enough; ) {
                    assertThat(process.isAlive() && System.nanoTime() < end)
                            .as("pages come")
                            .isTrue();
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }

        int read = readAll();

        JsonNode last = run(file, 1, "--wait", "--patience", "1");

        assertThat(last.get("resumed").asInt()).isBetween(40, PAGES).isEqualTo(read);
        assertThat(last.get("pages")).hasSize(PAGES);
        List<String> outcomes = last.get("pages").findValuesAsText("outcome");
        assertThat(outcomes.subList(0, read))
                .as("sent earlier and read meanwhile")
                .containsOnly("OK");
        assertThat(outcomes.subList(read, PAGES)).as("nobody reads them").containsOnly("NO_RESULT");
        assertThat(keys()).hasSize(1 + PAGES).doesNotHaveDuplicates();
        assertThat(run(file).get("pages")).as("read again when it was complete").hasSize(PAGES);
    }
}
