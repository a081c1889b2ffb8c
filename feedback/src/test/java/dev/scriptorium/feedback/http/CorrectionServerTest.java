package dev.scriptorium.feedback.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.feedback.corrections.RecordingSink;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Verdict;
import dev.scriptorium.schemas.settings.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CorrectionServerTest {
    private static final String JSON = "application/json";

    private final RecordingSink sink = new RecordingSink();
    private final HttpClient client = HttpClient.newHttpClient();
    private CorrectionServer server;
    private boolean healthy = true;

    private void start(Optional<Secret> token, List<Secret> reviewers) throws IOException {
        start(token, reviewers, Duration.ofMinutes(1));
    }

    private void start(Optional<Secret> token, List<Secret> reviewers, Duration patience) throws IOException {
        FeedbackConfig.Http config =
                new FeedbackConfig.Http(true, "127.0.0.1", 0, token, reviewers, 2000, patience, 1000);
        server = CorrectionServer.start(config, sink.sink(), () -> healthy);
    }

    private void start() throws IOException {
        start(Optional.empty(), List.of());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** What came back. */
    private record Answer(int status, JsonNode body) {
        String code() {
            return body.at("/error/code").asText();
        }

        String message() {
            return body.at("/error/message").asText();
        }
    }

    private Answer post(String query, String type, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + "/corrections" + query))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    private Answer send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), new ObjectMapper().readTree(response.body()));
    }

    @Test
    void takesACorrection() throws Exception {
        start();
        Answer answer = post("", JSON, """
                {"pageId": "doc/1", "text": "Grüße\\r\\naus Bremen", "reviewer": "Zoë", "note": "faded",
                 "recognition": {"topic": "ocr.recognitions", "partition": 3, "offset": 7},
                 "modelDigest": "m", "adapterId": "a", "correctedAt": "2026-01-02T03:04:05Z"}
                """);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().toString())
                .isEqualTo("{\"pageId\":\"doc/1\",\"topic\":\"ocr.corrections\",\"partition\":0,\"offset\":0}");
        Correction sent = sink.corrections().get(0);
        assertThat(sent.getText()).isEqualTo("Grüße\naus Bremen");
        assertThat(sent.getVerdict()).isEqualTo(Verdict.EDITED);
        assertThat(sent.getReviewer()).isEqualTo("Zoë");
        assertThat(sent.getRecognition()).contains(new SourceOffset("ocr.recognitions", 3, 7L));
        assertThat(sent.getCorrectedAt()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(sink.records().get(0).timestamp())
                .isEqualTo(sent.getCorrectedAt().toEpochMilli());
    }

    @Test
    void takesAVerdictWithoutText() throws Exception {
        start();
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"verdict\":\"accepted\"}")
                        .status())
                .isEqualTo(200);
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"verdict\":\"REJECTED\",\"text\":\"x\"}")
                        .status())
                .isEqualTo(200);
        assertThat(sink.corrections())
                .extracting(Correction::getVerdict)
                .containsExactly(Verdict.ACCEPTED, Verdict.REJECTED);
        assertThat(sink.corrections()).extracting(Correction::getText).containsOnly("");
    }

    @Test
    void saysWhatIsWrongWithARequest() throws Exception {
        start();
        assertThat(post("", JSON, "{\"text\":\"x\"}").message()).isEqualTo("pageId: a page expected, none found");
        assertThat(post("", JSON, "{\"pageId\":\"doc\",\"text\":\"x\"}").message())
                .isEqualTo("pageId: <documentId>/<page number> expected, 'doc' found");
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\"}").message()).startsWith("text: ");
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"text\":\"a\\u0000\"}")
                        .message())
                .isEqualTo("text: no control characters but line feeds and tabs expected, U+0000 found");
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"txt\":\"x\"}").message())
                .startsWith("txt: one of adapterId,");
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"verdict\":\"good\"}").message())
                .isEqualTo("verdict: ACCEPTED, EDITED, REJECTED expected, 'good' found");
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"text\":\"x\",\"correctedAt\":\"2999-01-01T00:00:00Z\"}")
                        .message())
                .startsWith("correctedAt: a time not after ");
        assertThat(post("", JSON, "{\"pageId\":7}").code()).isEqualTo("INVALID");
        assertThat(post("", JSON, "[").code()).isEqualTo("INVALID");
        assertThat(post("", JSON, "null").code()).isEqualTo("INVALID");
        assertThat(post("", JSON, "").code()).isEqualTo("INVALID");
        assertThat(sink.records()).isEmpty();
    }

    @Test
    void refusesWhatIsTooLargeOfAnotherKindOrElsewhere() throws Exception {
        start();
        assertThat(post("", JSON, " ".repeat(2001)))
                .extracting(Answer::status, Answer::code)
                .containsExactly(413, "TOO_LARGE");
        assertThat(post("", "text/plain", "x"))
                .extracting(Answer::status, Answer::code)
                .containsExactly(415, "UNSUPPORTED_MEDIA_TYPE");
        assertThat(post("/doc", JSON, "{}"))
                .extracting(Answer::status, Answer::code)
                .containsExactly(404, "NOT_FOUND");
        HttpRequest.Builder put = HttpRequest.newBuilder(URI.create(server.url() + "/corrections"))
                .PUT(BodyPublishers.ofString("x"));
        assertThat(send(put)).extracting(Answer::status, Answer::code).containsExactly(405, "METHOD_NOT_ALLOWED");
    }

    @Test
    void withdrawsAPage() throws Exception {
        start();
        URI uri = URI.create(server.url() + "/corrections?pageId=doc%2F1");
        assertThat(send(HttpRequest.newBuilder(uri).DELETE()).status()).isEqualTo(200);
        assertThat(sink.records().get(0).key()).isEqualTo("doc/1");
        assertThat(sink.records().get(0).value()).isNull();
    }

    @Test
    void takesRowsOfCsvAndNamesTheOnesItRefuses() throws Exception {
        start();
        Answer answer = post("?reviewer=Zo%C3%AB", "text/csv; charset=utf-8", """
                pageId,text,reviewer
                doc/1,"two
                lines",Max
                doc,x,
                doc/2,y,
                """);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("sent").toString()).isEqualTo("[\"doc/1\",\"doc/2\"]");
        assertThat(answer.body().at("/refused/0/place").asText()).isEqualTo("body line 4");
        assertThat(answer.body().at("/refused/0/message").asText()).startsWith("pageId: ");
        assertThat(sink.corrections()).extracting(Correction::getReviewer).containsExactly("Max", "Zoë");
    }

    @Test
    void takesAPageOfXml() throws Exception {
        start();
        Answer answer = post("?pageId=doc/7&reviewer=Max", "application/xml", """
                <PcGts><Page imageFilename="a.png"><TextRegion id="r">
                <TextLine><TextEquiv><Unicode>one</Unicode></TextEquiv></TextLine>
                <TextLine><TextEquiv><Unicode>two</Unicode></TextEquiv></TextLine>
                </TextRegion></Page></PcGts>
                """);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(sink.corrections().get(0).getText()).isEqualTo("one\ntwo");
        assertThat(post("", "application/xml", "<PcGts><Page/></PcGts>").message())
                .startsWith("pageId: ");
        assertThat(post("?pageId=doc/7", "application/xml", "<!DOCTYPE a><PcGts/>")
                        .code())
                .isEqualTo("INVALID");
    }

    @Test
    void asksForATokenWhereThereIsOne() throws Exception {
        start(Optional.of(new Secret("open sesame")), List.of());
        String body = "{\"pageId\":\"doc/1\",\"text\":\"x\"}";
        assertThat(post("", JSON, body))
                .extracting(Answer::status, Answer::code)
                .containsExactly(401, "UNAUTHORIZED");
        assertThat(post("", JSON, body, "Authorization", "Bearer open").status())
                .isEqualTo(401);
        assertThat(post("", JSON, body, "Authorization", "Bearer open sesame").status())
                .isEqualTo(200);
        assertThat(sink.records()).hasSize(1);
    }

    @Test
    void letsAReviewerSpeakInNoOtherName() throws Exception {
        start(Optional.empty(), List.of(new Secret("Zoë:z"), new Secret("Max:m")));
        String[] max = {"Authorization", "Bearer m"};
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"text\":\"x\"}", max).status())
                .isEqualTo(200);
        assertThat(sink.corrections().get(0).getReviewer()).isEqualTo("Max");
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"text\":\"x\",\"reviewer\":\"Zoë\"}", max))
                .extracting(Answer::status, Answer::code)
                .containsExactly(403, "FORBIDDEN");
        URI uri = URI.create(server.url() + "/corrections?pageId=doc/1");
        assertThat(send(HttpRequest.newBuilder(uri).headers(max).DELETE()).status())
                .isEqualTo(403);
    }

    /** What a web page does that makes its own name point here. */
    @Test
    void refusesForeignHostNamesWhereThereIsNoToken() throws Exception {
        start();
        URI uri = URI.create(server.url());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
                OutputStream out = socket.getOutputStream()) {
            out.write("DELETE /corrections?pageId=doc/1 HTTP/1.1\r\nHost: evil.example\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 403".length());
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 403");
        }
        assertThat(sink.records()).isEmpty();
    }

    @Test
    void slowClientsDoNotKeepOthersOut() throws Exception {
        start(Optional.empty(), List.of(), Duration.ofMillis(500));
        String body = "POST /corrections HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 1500\r\n\r\n{\"pageId\":";
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) { // more than there are threads
                slow.add(open(i % 2 == 0 ? "GET /health HT" : body));
            }
            assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"text\":\"x\"}").status())
                    .isEqualTo(200);
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
        assertThat(sink.records()).hasSize(1);
    }

    private Socket open(String beginning) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void answersWhileTheBrokerIsAway() throws Exception {
        start();
        sink.failNext(new TimeoutException("no broker"));
        assertThat(post("", JSON, "{\"pageId\":\"doc/1\",\"text\":\"x\"}"))
                .extracting(Answer::status, Answer::code)
                .containsExactly(503, "UNAVAILABLE");
    }

    @Test
    void tellsWhetherItWorks() throws Exception {
        start();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + "/health"));
        assertThat(send(request).status()).isEqualTo(200);
        healthy = false;
        assertThat(send(request).status()).isEqualTo(503);
    }
}
