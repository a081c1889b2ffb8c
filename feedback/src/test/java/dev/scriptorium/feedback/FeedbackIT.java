package dev.scriptorium.feedback;

import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Verdict;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The service on a real broker. */
class FeedbackIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

    private static Broker broker;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        broker = new Broker();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private FeedbackService service(String prefix) throws IOException {
        return FeedbackService.start(
                Broker.config(broker.clients(), prefix, folder.resolve("state")),
                PlausibilityCheck.NONE,
                Clock.systemUTC());
    }

    private static Recognition recognition(String pageId, String text) {
        return Recognition.newBuilder()
                .setPageId(pageId)
                .setDocumentId("doc")
                .setPageNumber(1)
                .setSource(new SourceOffset("ocr.pages", 0, 1L))
                .setText(text)
                .setFinishReason("OK")
                .setConfidence(1)
                .setModelDigest("model")
                .setRecognizedAt(START)
                .build();
    }

    private static Correction edited(String pageId, String text) {
        return Correction.newBuilder()
                .setPageId(pageId)
                .setText(text)
                .setVerdict(Verdict.EDITED)
                .setReviewer("Zoë")
                .setCorrectedAt(START)
                .build();
    }

    private static int http(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static String text(ConsumerRecord<String, LabeledPage> label) {
        return label.value() == null ? "-" : label.value().getTrueText();
    }

    @Test
    void goesOnWhereItStopped() throws Exception {
        try (Broker.Stage stage = broker.stage("restart.")) {
            URI corrections;
            try (FeedbackService service = service("restart.")) {
                corrections = URI.create(service.url().orElseThrow() + "/corrections");
                HttpRequest.Builder post = HttpRequest.newBuilder(corrections)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"pageId\":\"doc/1\",\"text\":\"Grüße\"}"));
                assertThat(http(post)).isEqualTo(200);
                stage.send(recognition("doc/1", "Gruße"), Instant.now()).get();
                assertThat(stage.labels(labels -> labels.size() == 1, PATIENCE))
                        .extracting(FeedbackIT::text)
                        .containsExactly("Grüße");
                service.check();
            }
            stage.send(recognition("doc/2", "x"), START).get();
            stage.send(edited("doc/2", "y"), START).get();
            stage.send(edited("doc/1", "too late to count"), START).get();
            try (FeedbackService service = service("restart.")) {
                stage.labels(labels -> labels.size() == 2, PATIENCE);
                corrections = URI.create(service.url().orElseThrow() + "/corrections?pageId=doc/1");
                assertThat(http(HttpRequest.newBuilder(corrections).DELETE())).isEqualTo(200);
                assertThat(stage.labels(labels -> labels.size() == 3, PATIENCE))
                        .extracting(label -> label.key() + " " + text(label))
                        .containsExactlyInAnyOrder("doc/1 Grüße", "doc/2 y", "doc/1 -");
            }
        }
    }

    /** Both sides come in random order, corrections twice; the process is killed while it works, and loses its disk. */
    @Test
    void labelsEveryPageExactlyOnceThroughKills() throws Exception {
        int pages = 400;
        Random random = new Random(7);
        try (Broker.Stage stage = broker.stage("kills.")) {
            List<Supplier<Future<RecordMetadata>>> events = new ArrayList<>();
            IntStream.rangeClosed(1, pages).forEach(page -> {
                String pageId = "doc/" + page;
                events.add(() -> stage.send(recognition(pageId, "x"), START));
                events.add(() -> stage.send(edited(pageId, "y" + page), START.plusSeconds(1)));
                events.add(() -> stage.send(edited(pageId, "y" + page), START.plusSeconds(1)));
            });
            Collections.shuffle(events, random);
            Path log = folder.resolve("process.log");
            int sent = 0;
            for (int round = 1; round <= 4; round++) {
                Path state = folder.resolve(round < 3 ? "first" : "second");
                try (FeedbackProcess process = FeedbackProcess.start(broker.clients(), "kills.", state, log)) {
                    assertThat(process.isAlive()).isTrue();
                    int until = events.size() * round / 4;
                    List<Future<RecordMetadata>> underway = events.subList(sent, until).stream()
                            .map(Supplier::get)
                            .toList();
                    for (Future<RecordMetadata> record : underway) {
                        record.get();
                    }
                    sent = until;
                    int progress = round == 4 ? pages : pages * round / 16;
                    stage.labels(labels -> labels.size() >= progress, PATIENCE);
                    long deadline = System.nanoTime() + PATIENCE.toNanos();
                    while (round == 4 && !stage.done("kills.feedback")) {
                        assertThat(System.nanoTime()).as("%s", log).isLessThan(deadline);
                    }
                }
            }
            assertThat(stage.labels(labels -> labels.size() >= pages, PATIENCE))
                    .as("seed 7, %s", log)
                    .hasSize(pages)
                    .allSatisfy(label ->
                            assertThat(text(label)).isEqualTo("y" + label.key().substring(4)))
                    .extracting(ConsumerRecord::key)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void saysWhichAddressIsTaken() throws Exception {
        broker.stage("taken.").close();
        try (FeedbackService service = service("taken.")) {
            int port = URI.create(service.url().orElseThrow()).getPort();
            FeedbackConfig.Http http = new FeedbackConfig.Http(
                    true, "127.0.0.1", port, Optional.empty(), List.of(), 1 << 20, Duration.ofSeconds(20), 8192);
            FeedbackConfig usual = Broker.config(broker.clients(), "taken.", folder.resolve("other"));
            FeedbackConfig.Feedback feedback = usual.feedback();
            FeedbackConfig config = new FeedbackConfig(
                    usual.kafka(),
                    usual.topics(),
                    usual.limits(),
                    new FeedbackConfig.Feedback(
                            feedback.id(),
                            feedback.stateDir(),
                            1,
                            1,
                            feedback.minLogProbability(),
                            2,
                            feedback.history(),
                            http,
                            feedback.streams()));
            assertThatThrownBy(() -> FeedbackService.start(config, PlausibilityCheck.NONE, Clock.systemUTC()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port + ": a free address expected");
        }
    }
}
