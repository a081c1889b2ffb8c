package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
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
    static void start() throws IOException {
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

    private static List<String> arguments(Path file) {
        return List.of(
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
                file.toString());
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
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Scriptorium.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments(file).toArray(String[]::new));
        assertThat(status).as(err.toString()).isZero();
        return new ObjectMapper().readTree(out.toString());
    }

    /** Keys of what readers of committed records see. */
    private static List<String> keys() {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed");
        List<String> keys = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(PARTITIONS);
            consumer.seekToBeginning(PARTITIONS);
            Map<TopicPartition, Long> ends = consumer.endOffsets(PARTITIONS);
            while (PARTITIONS.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> keys.add(record.key()));
            }
        }
        return keys;
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

        JsonNode last = run(file);

        assertThat(last.get("resumed").asInt()).isBetween(40, PAGES);
        assertThat(last.get("resumed").asInt() + last.get("pages").size()).isEqualTo(PAGES);
        assertThat(keys()).hasSize(1 + PAGES).doesNotHaveDuplicates();
        assertThat(run(file).get("pages")).as("read again when it was complete").hasSize(PAGES);
    }
}
