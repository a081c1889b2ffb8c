package dev.scriptorium.worker;

import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.blob.BlobStore;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** The worker against a real broker, with an engine that takes the image's bytes for its text. */
@ExtendWith(Broker.Shared.class)
class InferenceWorkerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final PageLimits LIMITS = new PageLimits(2_000_000, 1_000_000);

    @TempDir
    static Path blobs;

    private final Broker broker;
    private Stage stage;

    InferenceWorkerIT(Broker broker) {
        this.broker = broker;
    }

    @BeforeEach
    void start(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName().substring(0, 8)
                + Integer.toHexString(test.getDisplayName().hashCode());
        stage = new Stage(broker, blobs, name + ".", LIMITS);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @ParameterizedTest
    @EnumSource
    void turnsEveryPageIntoOneRecognitionThatPointsAtIt(WorkerConfig.Protocol protocol) throws Exception {
        List<PageImage> pages = pages(200);
        List<RecordMetadata> sent = stage.send(pages);

        try (RunningWorker worker = new RunningWorker(stage.config("w", protocol));
                Stage.Results results = stage.results()) {
            results.await(200, PATIENCE);
            worker.stop();
            results.readToEnd();

            assertThat(results.letters).isEmpty();
            assertThat(results.recognitions).hasSize(200).allSatisfy(recognition -> {
                int i = Integer.parseInt(recognition.getText());
                assertThat(recognition.getPageId()).isEqualTo(pages.get(i).getPageId());
                assertThat(recognition.getSource().getPartition())
                        .isEqualTo(sent.get(i).partition());
                assertThat(recognition.getSource().getOffset())
                        .isEqualTo(sent.get(i).offset());
                assertThat(recognition.getWorker()).endsWith(".w");
            });
            assertThat(results.recognitions).extracting(Recognition::getPageId).doesNotHaveDuplicates();
        }
    }

    @Test
    void givesEveryBadRecordOneDeadLetterAndGoesOn() throws Exception {
        byte[] good = stage.serialize(Stage.page("good/1", "fine"));
        byte[] truncated = Arrays.copyOf(good, good.length - 5);
        byte[] unknownSchema = good.clone();
        ByteBuffer.wrap(unknownSchema).putInt(1, 4711);
        byte[] hugeLength = hugeImageLength();
        PageImage missingBlob = Stage.page("missing/1")
                .setBlob(BlobStore.open(blobs.toUri()).put(bytes("gone")))
                .build();
        Files.delete(Path.of(URI.create(missingBlob.getBlob().orElseThrow().getUri())));

        send("plain/1", bytes("no Avro at all").array());
        send("truncated/1", truncated);
        send("unknown/1", unknownSchema);
        send("huge/1", hugeLength);
        send("null/1", null);
        send(
                "record-over-limit/1",
                stage.serialize(Stage.page("record-over-limit/1", "x".repeat(LIMITS.maxPageBytes() + 1))));
        stage.send(Stage.page("empty/1", "")).get();
        stage.send(Stage.page("neither/1").build()).get();
        stage.send(missingBlob).get();
        stage.send(PageImage.newBuilder(Stage.page("task/1", "x"))
                        .setTask("sing")
                        .build())
                .get();
        stage.send(Stage.page("good/1", "fine")).get();

        try (RunningWorker worker = new RunningWorker(stage.config("w", WorkerConfig.Protocol.CONSUMER));
                Stage.Results results = stage.results()) {
            results.await(11, PATIENCE);
            worker.stop();
            results.readToEnd();

            assertThat(results.recognitions).extracting(Recognition::getText).containsExactly("fine");
            assertThat(results.letters)
                    .extracting(DeadLetter::getPageId, DeadLetter::getCode, DeadLetter::getStage)
                    .containsExactlyInAnyOrder(
                            tuple("plain/1", "CORRUPT_RECORD", "deserialize"),
                            tuple("truncated/1", "CORRUPT_RECORD", "deserialize"),
                            tuple("unknown/1", "UNKNOWN_SCHEMA", "deserialize"),
                            tuple("huge/1", "CORRUPT_RECORD", "deserialize"),
                            tuple("null/1", "INVALID_RECORD", "deserialize"),
                            tuple("record-over-limit/1", "OVERSIZE", "fetch"),
                            tuple("empty/1", "UNDECODABLE", "recognize"),
                            tuple("neither/1", "INVALID_RECORD", "fetch"),
                            tuple("missing/1", "BLOB_MISSING", "fetch"),
                            tuple("task/1", "INVALID_RECORD", "fetch"));
        }
    }

    @Test
    void fetchesLargeImagesFromTheBlobStoreHoweverSmallTheMemoryForThem() throws Exception {
        BlobStore store = BlobStore.open(blobs.toUri());
        for (int i = 0; i < 20; i++) {
            String text = Integer.toString(i).repeat(100_000);
            stage.send(Stage.page("blob" + i + "/1")
                            .setBlob(store.put(bytes(text)))
                            .build())
                    .get();
        }

        try (RunningWorker worker =
                        new RunningWorker(stage.place().worker("w", WorkerConfig.Protocol.CONSUMER, 250_000));
                Stage.Results results = stage.results()) {
            results.await(20, PATIENCE);
            worker.stop();
            assertThat(results.recognitions).hasSize(20).allSatisfy(recognition -> assertThat(recognition.getText())
                    .isEqualTo(recognition.getPageId().replaceAll("blob|/1", "").repeat(100_000)));
        }
    }

    @Test
    void putsADeadLetterInPlaceOfAResultThatItsTopicDoesNotTake() throws Exception {
        stage.limitRecognitions(50_000);
        stage.send(Stage.page("small/1", "small")).get();
        String random = new Random(1)
                .ints(200_000, ' ', '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        stage.send(Stage.page("large/1", random)).get();
        stage.send(Stage.page("small/2", "small")).get();

        try (RunningWorker worker = new RunningWorker(stage.config("w", WorkerConfig.Protocol.CONSUMER));
                Stage.Results results = stage.results()) {
            results.await(3, PATIENCE);
            worker.stop();
            results.readToEnd();
            assertThat(results.recognitions)
                    .extracting(Recognition::getPageId)
                    .containsExactlyInAnyOrder("small/1", "small/2");
            assertThat(results.letters).singleElement().satisfies(letter -> {
                assertThat(letter.getPageId()).isEqualTo("large/1");
                assertThat(letter.getCode()).isEqualTo("RESULT_OVERSIZE");
            });
        }
    }

    @Test
    void givesUpItsPlaceToAYoungerWorkerOfTheSameName() throws Exception {
        stage.send(Stage.page("first/1", "first")).get();
        try (Stage.Results results = stage.results()) {
            RunningWorker older = new RunningWorker(stage.config("same", WorkerConfig.Protocol.CONSUMER));
            results.await(1, PATIENCE);
            try (RunningWorker younger = new RunningWorker(stage.config("same", WorkerConfig.Protocol.CONSUMER))) {
                assertThat(younger.end()).isNotDone();
                for (int i = 0; !older.end().isDone(); i++) {
                    stage.send(Stage.page("page" + i + "/1", "more")).get();
                    results.poll();
                }
                assertThat(older.end())
                        .failsWithin(PATIENCE)
                        .withThrowableThat()
                        .withMessageContaining("cannot write results any more");
            }
        }
    }

    @Test
    void finishesWhatIsInFlightWhenItIsStopped() throws Exception {
        stage.send(pages(300));
        try (Stage.Results results = stage.results()) {
            try (RunningWorker worker = new RunningWorker(stage.config("w", WorkerConfig.Protocol.CONSUMER))) {
                results.await(50, PATIENCE);
                worker.stop();
            }
            results.readToEnd();
            int seen = results.size();
            assertThat(stage.committedPages()).isEqualTo(seen);
            try (RunningWorker next = new RunningWorker(stage.config("w", WorkerConfig.Protocol.CONSUMER))) {
                results.await(300, PATIENCE);
                next.stop();
            }
            results.readToEnd();
            assertThat(results.size()).isEqualTo(300);
        }
    }

    /** Pages whose text is their number in the list. */
    private static List<PageImage> pages(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Stage.page("document" + i + "/1", Integer.toString(i)))
                .toList();
    }

    private void send(String pageId, byte[] value) throws Exception {
        stage.send(pageId, value).get();
    }

    /** A page whose image says that it has 2 GB, in a record of a few bytes. */
    private byte[] hugeImageLength() {
        byte[] page = stage.serialize(Stage.page("huge/1", "0123456789"));
        int image = new String(page, StandardCharsets.ISO_8859_1).indexOf("0123456789");
        ByteBuffer huge = ByteBuffer.allocate(page.length + 10);
        huge.put(page, 0, image - 1);
        long zigzag = 2_000_000_000L << 1;
        for (; zigzag > 0x7f; zigzag >>>= 7) {
            huge.put((byte) (zigzag | 0x80));
        }
        huge.put((byte) zigzag);
        huge.put(page, image, page.length - image);
        return huge.array();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
