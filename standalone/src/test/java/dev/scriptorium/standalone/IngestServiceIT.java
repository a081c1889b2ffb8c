package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.ingest.service.IngestServiceApp;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.admin.Admin;
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

/** The ingest service as a process that is killed in the middle of an upload's pages and of a watched file's. */
class IngestServiceIT {
    private static final String PREFIX = "service.";
    private static final int PAGES = 100;

    private static EmbeddedKafka kafka;
    private static RegistryServer registry;

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void startBroker() throws IOException, InterruptedException {
        kafka = EmbeddedKafka.temporary(Map.of());
        registry = new RegistryServer();
    }

    @AfterAll
    static void stopBroker() {
        registry.close();
        kafka.close();
    }

    private Path pdf(String name, int seed) throws IOException {
        Path file = folder.resolve(name);
        try (PDDocument pdf = new PDDocument()) {
            for (int number = 1; number <= PAGES; number++) {
                PDPage page = new PDPage(new PDRectangle(72, 72));
                pdf.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(pdf, page)) {
                    content.addRect(number % 60, seed, 10, 10);
                    content.fill();
                }
            }
            pdf.save(file.toFile());
        }
        return file;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private Process start(int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                IngestServiceApp.class.getName());
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS",
                        kafka.bootstrap(),
                        "KAFKA_SCHEMA_REGISTRY_URL",
                        registry.url(),
                        "TOPICS_PREFIX",
                        PREFIX,
                        "TOPICS_PARTITIONS",
                        "2",
                        "INGEST_HTTP_PORT",
                        Integer.toString(port),
                        "INGEST_HTTP_DIR",
                        folder.resolve("spool").toString(),
                        "INGEST_WATCH_DIR",
                        folder.resolve("watched").toString(),
                        "RENDER_TIMEOUT",
                        "60s",
                        "INGEST_WATCH_SETTLE",
                        "100ms"));
        return builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }

    /** Waits for something of a process that has to be alive meanwhile. */
    private void await(Process process, String what, Callable<Boolean> arrived) throws Exception {
        for (long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5); !arrived.call(); ) {
            assertThat(process.isAlive() && System.nanoTime() < end)
                    .as(what + "; " + Files.readString(folder.resolve("log")))
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(Duration.ofMinutes(1)).build(), BodyHandlers.ofString());
    }

    private boolean healthy(String url) throws InterruptedException {
        try {
            return send(HttpRequest.newBuilder(URI.create(url + "/health"))).statusCode() == 200;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            return false; // not there yet
        }
    }

    private JsonNode status(String url, String id) throws Exception {
        return new ObjectMapper()
                .readTree(send(HttpRequest.newBuilder(URI.create(url + "/documents/" + id)))
                        .body());
    }

    /** Keys of what readers of committed records see. */
    private static List<String> keys() {
        List<TopicPartition> partitions =
                List.of(new TopicPartition(PREFIX + "pages", 0), new TopicPartition(PREFIX + "pages", 1));
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed");
        List<String> keys = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> keys.add(record.key()));
            }
        }
        return keys;
    }

    private static long sent(String id) {
        return keys().stream().filter(key -> key.startsWith(id)).count();
    }

    private static String sha256(Path file) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return HexFormat.of().formatHex(digest);
    }

    private Path drop(Path file, String name) throws IOException {
        Path target = folder.resolve("watched/inbox").resolve(name);
        Files.createDirectories(target.getParent());
        return Files.move(file, target);
    }

    @Test
    void whatItWasAtWhenItWasKilledItGoesOnWithWithoutAPageTwice() throws Exception {
        Topics topics = new Topics(
                new TopicSettings(PREFIX, 2, -1, Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), true),
                PageLimits.DEFAULT);
        Map<String, String> clients =
                Map.of("bootstrap.servers", kafka.bootstrap(), "schema.registry.url", registry.url());
        try (Admin admin = Admin.create(Map.copyOf(clients))) {
            topics.ensure(admin);
        }
        int port = freePort();
        String url = "http://127.0.0.1:" + port;
        Process process = start(port);
        try {
            await(process, "it listens", () -> healthy(url));
            Path watched = pdf("watched.pdf", 20);
            String watchedId = sha256(watched);
            drop(watched, "letters/long.pdf");
            HttpRequest.Builder upload = HttpRequest.newBuilder(URI.create(url + "/documents?name=upload.pdf"))
                    .POST(BodyPublishers.ofFile(pdf("upload.pdf", 40)));
            HttpResponse<String> accepted = send(upload);
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            String id = new ObjectMapper()
                    .readTree(accepted.body())
                    .get("documentId")
                    .asText();
            await(process, "pages of both come", () -> sent(id) >= 16 && keys().size() - sent(id) >= 16);
            process.destroyForcibly().waitFor();
            assertThat(keys().size()).as("killed in the middle").isLessThan(2 * PAGES);

            process = start(port);
            await(
                    process,
                    "the watched file is done",
                    () -> Files.exists(folder.resolve("watched/done/letters/long.pdf")));
            await(process, "it listens again", () -> healthy(url));
            await(
                    process,
                    "the upload is sent",
                    () -> status(url, id).get("state").asText().equals("reading"));

            assertThat(keys()).hasSize(2 * PAGES).doesNotHaveDuplicates();
            assertThat(status(url, watchedId).get("domain").asText()).isEqualTo("letters");
            assertThat(status(url, watchedId).get("documentName").asText()).isEqualTo("long.pdf");
            assertThat(status(url, id).at("/pages/expected").asInt()).isEqualTo(PAGES);

            Path png = folder.resolve("one.png");
            ImageIO.write(new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY), "png", png.toFile());
            drop(png, "one.png");
            drop(Files.writeString(folder.resolve("note.txt"), "a note"), "note.txt");
            await(process, "the picture is done", () -> Files.exists(folder.resolve("watched/done/one.png")));
            await(process, "the note is refused", () -> Files.exists(folder.resolve("watched/failed/note.txt")));
            JsonNode why = new ObjectMapper()
                    .readTree(
                            folder.resolve("watched/failed/note.txt.error.json").toFile());
            assertThat(why.at("/refused/0/code").asText()).isEqualTo("NOT_AN_IMAGE");
            assertThat(keys()).hasSize(2 * PAGES + 1);

            // What is wrong with the disk passes; until then it says so, and waits.
            Path inTheWay = Files.createFile(folder.resolve("watched/failed/letters"));
            drop(Files.writeString(folder.resolve("other.txt"), "a note"), "letters/other.txt");
            await(process, "it waits", () -> Files.readString(folder.resolve("log"))
                    .contains("a folder that can be read and written expected"));
            Files.delete(inTheWay);
            await(process, "it goes on", () -> Files.exists(folder.resolve("watched/failed/letters/other.txt")));
            for (String empty : List.of("watched/working/.sent", "spool/accepted")) {
                await(process, empty + " is empty", () -> {
                    try (var files = Files.list(folder.resolve(empty))) {
                        return files.findAny().isEmpty();
                    }
                });
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
