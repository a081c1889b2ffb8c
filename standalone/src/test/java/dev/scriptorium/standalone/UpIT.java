package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.documents.write.DocumentFormat;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.util.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The command {@code up} as its users meet it: everything in one JVM, documents in by HTTP, what they say out again. */
class UpIT {
    private static final String REGISTRY = "mock://up-it";
    private static final String FIRST = "The north orchard was planted";
    private static final String SECOND = "with apples, pears and plums";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String ingest = "";

    @Test
    void aPdfGoesInByHttpAndComesOutInEveryFormat() throws Exception {
        int port = freePort();
        FutureTask<Integer> up = new FutureTask<>(() -> run(
                out,
                "up",
                "--json",
                "--data=" + folder.resolve("data"),
                "--port=" + port,
                "--registry=" + REGISTRY,
                "--ingest-port=0",
                "--http-port=0",
                "--train-after=0"));
        Thread running = new Thread(up, "up");
        running.start();
        try {
            ingest = ready(up).get("ingest").asText();
            reads();
            refusesWhatIsNoDocument();
            knowsWhatTheCommandLineTookIn("127.0.0.1:" + port);
        } finally {
            running.interrupt(); // as Ctrl-C does
            assertThat(up.get(2, TimeUnit.MINUTES)).as(err.toString()).isZero();
        }
    }

    /** Its last line of output tells where it listens. */
    private JsonNode ready(FutureTask<Integer> up) throws Exception {
        while (!out.toString().endsWith("}\n")) {
            assertThat(up.isDone()).as(err.toString()).isFalse();
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return new ObjectMapper().readTree(out.toString());
    }

    private void reads() throws Exception {
        HttpResponse<String> accepted = post("?name=orchard.pdf", pdf());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String path = accepted.headers().firstValue("Location").orElseThrow();

        String events = get(path + "/events"); // the stream ends with the last page
        assertThat(events.lines().filter(line -> line.startsWith("event: ")))
                .containsExactly("event: page", "event: page", "event: done");
        assertThat(events).contains("\"state\":\"done\"").contains("\"done\":2,\"failed\":0");

        assertThat(words(get(path + "/text"))).isEqualTo(FIRST + " " + SECOND + " " + SECOND + " " + FIRST);
        for (DocumentFormat format : DocumentFormat.values()) {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(URI.create(ingest + path + "/text?format=" + format.label()))
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).contains(format.mediaType());
            check(format, response.body());
        }
    }

    private static void check(DocumentFormat format, byte[] body) throws Exception {
        String text = new String(body, StandardCharsets.UTF_8);
        switch (format) {
            case TEXT, MARKDOWN -> assertThat(words(text)).contains(FIRST).contains(SECOND);
            case JSON -> {
                JsonNode pages = new ObjectMapper().readTree(body).get("pages");
                assertThat(pages.findValuesAsText("outcome")).containsExactly("OK", "OK");
                assertThat(pages.get(0).get("text").asText()).contains(FIRST);
            }
            case HOCR, ALTO -> {
                assertThat(text).contains("orchard").contains("plums");
                DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
                xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
                assertThat(xml.newDocumentBuilder()
                                .parse(new ByteArrayInputStream(body))
                                .getDocumentElement()
                                .getTagName())
                        .isEqualTo(format == DocumentFormat.HOCR ? "html" : "alto");
            }
            case PDF -> {
                try (PDDocument searchable = Loader.loadPDF(body)) {
                    assertThat(searchable.getNumberOfPages()).isEqualTo(2);
                    assertThat(words(new PDFTextStripper().getText(searchable)))
                            .isEqualTo(FIRST + " " + SECOND + " " + SECOND + " " + FIRST);
                }
            }
            case HTML -> assertThat(text).contains("<!DOCTYPE html>").doesNotContain("<table");
            case CSV -> assertThat(text).isEmpty();
        }
    }

    private void refusesWhatIsNoDocument() throws Exception {
        assertThat(post("?name=a.png", "a note".getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(415);
        byte[] cut = new byte[600];
        System.arraycopy(pdf(), 0, cut, 0, cut.length);
        String path =
                post("?name=cut.pdf", cut).headers().firstValue("Location").orElseThrow();
        assertThat(get(path + "/events")).contains("\"state\":\"refused\"").contains("\"code\":\"UNDECODABLE\"");
    }

    private void knowsWhatTheCommandLineTookIn(String bootstrap) throws Exception {
        Path single = folder.resolve("line.png");
        ImageIO.write(page(FIRST, SECOND), "png", single.toFile());
        for (String name : List.of("line.png", "scan.pdf")) {
            Path file = folder.resolve(name);
            if (name.endsWith("pdf")) {
                Files.write(file, pdf());
            }
            StringWriter result = new StringWriter();
            int status = run(
                    result,
                    "ingest",
                    "--json",
                    "--wait",
                    "--document-id=by hand " + name,
                    "--bootstrap=" + bootstrap,
                    "--registry=" + REGISTRY,
                    "--blobs=" + folder.resolve("data/blobs").toUri(),
                    file.toString());
            assertThat(status).as(err.toString()).isZero();
            String path = "/documents/by%20hand%20" + name;
            JsonNode known = new ObjectMapper().readTree(get(path));
            assertThat(known.get("state").asText()).isEqualTo("done");
            assertThat(known.get("documentName").asText()).isEqualTo(name);
            assertThat(known.get("bytes").asLong()).isEqualTo(Files.size(file));
            assertThat(get(path + "/events")).contains("event: done");
            assertThat(words(get(path + "/text"))).startsWith(FIRST);
        }
    }

    private int run(StringWriter to, String... arguments) {
        return Scriptorium.commandLine()
                .setOut(new PrintWriter(to))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private HttpResponse<String> post(String query, byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(ingest + "/documents" + query))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private String get(String path) throws Exception {
        HttpResponse<String> response =
                client.send(HttpRequest.newBuilder(URI.create(ingest + path)).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    /** Two pages; the second lies on its side and says so. */
    private static byte[] pdf() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PDDocument document = new PDDocument()) {
            for (boolean turned : new boolean[] {false, true}) {
                BufferedImage image = turned ? page(SECOND, FIRST) : page(FIRST, SECOND);
                float width = image.getWidth() * 72f / 300;
                float height = image.getHeight() * 72f / 300;
                PDPage page = new PDPage(turned ? new PDRectangle(height, width) : new PDRectangle(width, height));
                document.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                    if (turned) {
                        page.setRotation(90);
                        content.transform(new Matrix(0, 1, -1, 0, height, 0));
                    }
                    content.drawImage(LosslessFactory.createFromImage(document, image), 0, 0, width, height);
                }
            }
            document.save(bytes);
        }
        return bytes.toByteArray();
    }

    private static BufferedImage page(String... lines) {
        BufferedImage page = new BufferedImage(600, 40 + 50 * lines.length, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = page.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, page.getWidth(), page.getHeight());
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SERIF, Font.PLAIN, 28));
        for (int i = 0; i < lines.length; i++) {
            graphics.drawString(lines[i], 20, 50 + 50 * i);
        }
        graphics.dispose();
        return page;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
