package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.ingest.Asked;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.ingest.service.IngestService;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.settings.Settings;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Documents by HTTP on a real broker: taken, told of, told of again after a restart. */
class IngestHttpIT {
    private static final String REGISTRY = "mock://ingest-http-it";
    private static final String PREFIX = "http.";

    private static EmbeddedKafka kafka;

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private IngestConfig config;
    private IngestService service;
    private PageAnswers answers;

    @BeforeAll
    static void startBroker() throws IOException, InterruptedException {
        kafka = EmbeddedKafka.temporary(Map.of());
    }

    @AfterAll
    static void stopBroker() {
        kafka.close();
    }

    @BeforeEach
    void start() throws IOException {
        config = config(Map.of());
        Topics topics = new Topics(config.topics(), config.limits());
        try (Admin admin = Admin.create(Map.copyOf(config.kafka()))) {
            topics.ensure(admin);
        }
        answers = new PageAnswers(config.kafka(), topics);
        service = IngestService.start(config, Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private void restart() throws IOException {
        service.close();
        service = IngestService.start(config, Clock.systemUTC());
    }

    private IngestConfig config(Map<String, String> further) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.bootstrap.servers",
                kafka.bootstrap(),
                "kafka.schema.registry.url",
                REGISTRY,
                "topics.prefix",
                PREFIX,
                "topics.partitions",
                "2",
                "ingest.max-pixels",
                "10000",
                "ingest.http.dir",
                folder.resolve("spool").toString(),
                "ingest.http.port",
                "0",
                "ingest.http.max-upload-bytes",
                "100000",
                "ingest.http.heartbeat",
                "200ms"));
        settings.putAll(further);
        return Settings.load(Optional.empty(), Map.of(), settings).bind(IngestConfig.class);
    }

    private static BufferedImage picture(int side, int grey) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(1, 1, 0, grey);
        return image;
    }

    private static byte[] png(int grey) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture(20, grey), "png", bytes);
        return bytes.toByteArray();
    }

    /** Three pages, the second of which has too many pixels. */
    private static byte[] tiff() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int side : List.of(20, 200, 30)) {
                writer.writeToSequence(new IIOImage(picture(side, 9), null, null), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(service.url().orElseThrow() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String query, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = request("/documents" + query).POST(BodyPublishers.ofByteArray(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return new ObjectMapper().readTree(response.body());
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> response = send(request(path));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    private JsonNode await(String path, Predicate<JsonNode> wanted) throws Exception {
        JsonNode found = get(path);
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); !wanted.test(found); found = get(path)) {
            assertThat(System.nanoTime()).as(found.toString()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return found;
    }

    private JsonNode awaitState(String path, String state) throws Exception {
        return await(path, status -> status.get("state").asText().equals(state));
    }

    /** An event of a stream. */
    private record Event(String id, String kind, JsonNode data) {}

    /** Reads events until there are so many, or the stream ends. */
    private List<Event> events(String path, String lastEventId, int most) throws Exception {
        HttpRequest.Builder request = request(path);
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
        List<Event> events = new ArrayList<>();
        if (response.statusCode() == 204) {
            return events;
        }
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            Map<String, String> fields = new HashMap<>();
            for (String line = lines.readLine(); line != null && events.size() < most; line = lines.readLine()) {
                if (line.isEmpty() && fields.containsKey("event")) {
                    events.add(new Event(
                            fields.get("id"), fields.get("event"), new ObjectMapper().readTree(fields.get("data"))));
                    fields.clear();
                } else if (!line.isEmpty() && !line.startsWith(":")) {
                    fields.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
                }
            }
        }
        return events;
    }

    @Test
    void aDocumentIsTakenAndToldOfAlsoAfterARestart() throws Exception {
        HttpResponse<String> accepted = post("?name=Gr%C3%BC%C3%9Fe.tif&domain=letters&task=document", tiff());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String path = accepted.headers().firstValue("Location").orElseThrow();
        String id = json(accepted).get("documentId").asText();
        assertThat(path).isEqualTo("/documents/" + id);
        assertThat(json(accepted).has("pageIds")).isFalse();
        JsonNode sent = awaitState(path, "reading");
        assertThat(sent.get("pages").toString()).isEqualTo("{\"expected\":3,\"done\":0,\"failed\":1}");
        assertThat(sent.get("failures").toString()).isEqualTo("{\"OVERSIZE\":1}");
        assertThat(sent.at("/outcomes/0/message").asText()).startsWith("Grüße.tif page 2: ");
        assertThat(answers.keys())
                .filteredOn(key -> key.startsWith(id))
                .containsExactlyInAnyOrder(id + "/1", id + "/3");
        PageImage page = answers.pages().values().stream()
                .filter(record -> record.getPageId().equals(id + "/1"))
                .findFirst()
                .orElseThrow();
        assertThat(List.of(page.getDocumentName(), page.getDomain(), page.getTask(), page.getMode()))
                .containsExactly("Grüße.tif", "letters", "document", "auto");
        assertThat(send(request(path + "/text")).statusCode()).isEqualTo(409);

        answers.read(id + "/3", "drei");
        List<Event> first = events(path + "/events", "", 2);
        assertThat(first).extracting(Event::kind).containsOnly("page");
        assertThat(first)
                .extracting(event -> event.data().get("page").asInt() + " "
                        + event.data().get("outcome").asText())
                .containsExactlyInAnyOrder("2 OVERSIZE", "3 OK");
        answers.giveUp(id + "/1", "UNDECODABLE", "page 1: noise");
        List<Event> rest = events(path + "/events", first.get(1).id(), 9);
        assertThat(rest).extracting(Event::kind).containsExactly("page", "done");
        assertThat(rest.get(0).data().get("outcome").asText()).isEqualTo("UNDECODABLE");
        assertThat(rest.get(1).data().at("/pages/failed").asInt()).isEqualTo(2);
        assertThat(events(path + "/events", rest.get(1).id(), 9))
                .as("told everything")
                .isEmpty();

        JsonNode done = awaitState(path, "done");
        String text = send(request(path + "/text")).body();
        assertThat(text.split("\f")).hasSize(3).contains("drei\n");
        JsonNode pages = get(path + "/text?format=json").get("pages");
        assertThat(pages.findValuesAsText("outcome")).containsExactly("UNDECODABLE", "OVERSIZE", "OK");
        assertThat(pages.get(2).get("text").asText()).isEqualTo("drei");
        assertThat(send(request(path + "/text?format=hocr")).body()).contains("drei");
        byte[] pdf = client.send(request(path + "/text?format=pdf").build(), BodyHandlers.ofByteArray())
                .body();
        try (PDDocument searchable = Loader.loadPDF(pdf)) {
            assertThat(searchable.getNumberOfPages()).isEqualTo(3);
            assertThat(new PDFTextStripper().getText(searchable)).contains("drei");
        }

        restart();

        assertThat(get(path)).isEqualTo(done);
        assertThat(send(request(path + "/text")).body()).isEqualTo(text);
        assertThat(events(path + "/events", first.get(1).id(), 9)).hasSize(2);
        assertThat(folder.resolve("spool/accepted")).isEmptyDirectory();
        assertThat(answers.keys()).filteredOn(key -> key.startsWith(id)).hasSize(2);
    }

    @Test
    void aRequestWithAKeyThatWasSeenHasTheSameAnswer() throws Exception {
        byte[] png = png(77);
        HttpResponse<String> first = post("?name=a.png", png, "Idempotency-Key", "k1");
        String id = json(first).get("documentId").asText();
        assertThat(json(first).get("pageIds").toString()).isEqualTo("[\"" + id + "/1\"]");
        awaitState("/documents/" + id, "reading");

        assertThat(post("?name=a.png", png, "Idempotency-Key", "k1").body()).isEqualTo(first.body());
        HttpResponse<String> other = post("?name=a.png", png(78), "Idempotency-Key", "k1");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(json(other).get("code").asText()).isEqualTo("KEY_REUSED");
        assertThat(post("?name=a.png&mode=base", png, "Idempotency-Key", "k1").statusCode())
                .isEqualTo(422);

        restart();

        assertThat(post("?name=a.png", png, "Idempotency-Key", "k1").body()).isEqualTo(first.body());
        assertThat(answers.keys()).filteredOn(key -> key.startsWith(id)).hasSize(1);

        // Without a key it is read again, and the first reading is not taken for the second.
        answers.read(id + "/1", "once");
        awaitState("/documents/" + id, "done");
        assertThat(post("?name=a.png", png).statusCode()).isEqualTo(202);
        awaitState("/documents/" + id, "reading");
        assertThat(answers.keys()).filteredOn(key -> key.startsWith(id)).hasSize(2);
        answers.read(id + "/1", "twice");
        awaitState("/documents/" + id, "done");
        assertThat(send(request("/documents/" + id + "/text")).body()).isEqualTo("twice\n");
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        byte[] large = Arrays.copyOf(png(1), 100_001);
        HttpResponse<String> declared = post("", large);
        assertThat(declared.statusCode()).isEqualTo(413);
        assertThat(declared.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(declared).get("detail").asText())
                .isEqualTo("body: at most ingest.http.max-upload-bytes=100000 bytes expected, 100001 found");
        HttpRequest.Builder chunked =
                request("/documents").POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)));
        assertThat(send(chunked).statusCode()).isEqualTo(413);

        assertThat(problem(post("?name=notes.txt", "a note".getBytes(StandardCharsets.UTF_8))))
                .startsWith("UNSUPPORTED_MEDIA_TYPE notes.txt: PDF, PNG,");
        assertThat(problem(post("", new byte[0]))).isEqualTo("INVALID body: a document expected, 0 bytes found");
        assertThat(problem(post("", png(1), "Content-Type", "multipart/form-data; boundary=x")))
                .startsWith("UNSUPPORTED_MEDIA_TYPE Content-Type: the document itself as the body expected");
        assertThat(problem(post("?taks=document", png(1))))
                .isEqualTo("INVALID query: one of domain, mode, name, task expected, 'taks' found");
        assertThat(problem(post("?task=poetry", png(1)))).startsWith("INVALID task: one of free-ocr,");
        assertThat(problem(post("?mode=huge", png(1)))).startsWith("INVALID mode: one of ");
        assertThat(problem(post("", png(1), "Idempotency-Key", " "))).startsWith("INVALID Idempotency-Key: ");
        assertThat(problem(send(request("/documents/nobody"))))
                .isEqualTo("NOT_FOUND document: one that was taken in expected, 'nobody' found");
        assertThat(problem(send(request("/documents/nobody/events")))).startsWith("NOT_FOUND");
        assertThat(problem(send(request("/documents/nobody/text?format=tar"))))
                .startsWith("INVALID format: one of text, markdown, json,");
        HttpResponse<String> deleted = send(request("/documents").DELETE());
        assertThat(problem(deleted)).isEqualTo("METHOD_NOT_ALLOWED method: POST expected, DELETE found");
        assertThat(deleted.headers().firstValue("Allow")).contains("POST");
        assertThat(problem(send(request("/documents/x").header("Origin", "https://evil.example"))))
                .isEqualTo("FORBIDDEN Origin: localhost expected, 'https://evil.example' found");
        assertThat(folder.resolve("spool/incoming")).isEmptyDirectory();
        assertThat(get("/health").get("healthy").asBoolean()).isTrue();
        assertThat(get("/openapi.json").get("openapi").asText()).startsWith("3.1");
    }

    private static String problem(HttpResponse<String> response) throws IOException {
        JsonNode problem = json(response);
        assertThat(problem.get("status").asInt()).isEqualTo(response.statusCode());
        return problem.get("code").asText() + " " + problem.get("detail").asText();
    }

    @Test
    void asksForTheTokenWhereThereIsOne() throws Exception {
        service.close();
        config = config(Map.of("ingest.http.token", "open sesame"));
        service = IngestService.start(config, Clock.systemUTC());
        for (String path : List.of("/documents/x", "/documents/x/events", "/documents/x/text")) {
            assertThat(send(request(path)).statusCode()).as(path).isEqualTo(401);
        }
        assertThat(post("", png(1)).statusCode()).isEqualTo(401);
        assertThat(post("", png(1), "Authorization", "Bearer open").statusCode())
                .isEqualTo(401);
        assertThat(send(request("/documents/x").header("Authorization", "Bearer open sesame"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(send(request("/health")).statusCode()).isEqualTo(200);
    }

    @Test
    void slowClientsDoNotKeepOthersOut() throws Exception {
        service.close();
        config = config(Map.of(
                "ingest.http.patience",
                "500ms",
                "ingest.http.min-bytes-per-second",
                "1000",
                "ingest.http.max-streams",
                "1"));
        service = IngestService.start(config, Clock.systemUTC());
        String body = "POST /documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n%PDF";
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) { // more than there are threads
                slow.add(open(i % 2 == 0 ? "GET /health HT" : body));
            }
            assertThat(post("?name=a.png", png(3)).statusCode()).isEqualTo(202);
            for (int i = 0; i < slow.size(); i++) {
                String answer = new String(slow.get(i).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (i % 2 == 0) {
                    assertThat(answer).as("no whole head").isEmpty();
                } else {
                    assertThat(answer)
                            .startsWith("HTTP/1.1 408")
                            .contains("\"code\":\"TOO_SLOW\"")
                            .contains("client: at least 1000 bytes a second expected, ");
                }
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        assertThat(folder.resolve("spool/incoming")).isEmptyDirectory();
    }

    private Socket open(String beginning) throws IOException {
        URI url = URI.create(service.url().orElseThrow());
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** The two modules do not know each other. */
    @Test
    void tasksAndModesAreThoseOfTheModel() {
        assertThat(Asked.TASKS)
                .containsExactlyElementsOf(
                        Arrays.stream(Prompt.values()).map(Prompt::label).toList());
        assertThat(Asked.MODES)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Mode.values()).map(Mode::label).toList());
    }
}
