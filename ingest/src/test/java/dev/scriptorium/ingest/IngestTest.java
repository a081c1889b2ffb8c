package dev.scriptorium.ingest;

import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.blob.BlobStore;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class IngestTest {
    private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");

    @TempDir
    Path folder;

    private final MockProducer<String, PageImage> kafka = mock();

    /** Those of documents of several pages, in the order of the documents. */
    private final List<MockProducer<String, PageImage>> transactional = new ArrayList<>();

    private static MockProducer<String, PageImage> mock() {
        return new MockProducer<>(true, null, new StringSerializer(), (topic, page) -> new byte[0]);
    }

    private MockProducer<String, PageImage> transactional() {
        MockProducer<String, PageImage> producer = mock();
        transactional.add(producer);
        return producer;
    }

    private static IngestConfig config(int maxInlineBytes) {
        return new IngestConfig(
                Map.of("bootstrap.servers", "none:1", "schema.registry.url", "mock://none"),
                TopicSettings.DEFAULT,
                new PageLimits(1_000_000, maxInlineBytes),
                new IngestConfig.Blobs(Optional.empty()),
                new IngestConfig.Ingest(
                        "invoices", "document", "base", 1_000_000, 10, HttpSettings.DEFAULT, WatchSettings.DEFAULT),
                RenderSettings.DEFAULT);
    }

    private PageProducer producer(int maxInlineBytes, Optional<BlobStore> blobs) {
        return producer(config(maxInlineBytes), blobs, kafka);
    }

    private PageProducer producer(
            IngestConfig config, Optional<BlobStore> blobs, MockProducer<String, PageImage> kafka) {
        PageRecords records = new PageRecords(config, Clock.fixed(NOW, ZoneOffset.UTC), blobs);
        return new PageProducer(config, records, kafka, id -> transactional(), new MemoryNotes());
    }

    private IngestReport ingest(Path... paths) throws IOException {
        return ingest(new MemoryNotes(), paths);
    }

    private IngestReport ingest(MemoryNotes notes, Path... paths) throws IOException {
        try (PageRenderer renderer = new PageRenderer(config(1_000_000).imageLimits())) {
            PageRecords records =
                    new PageRecords(config(1_000_000), Clock.fixed(NOW, ZoneOffset.UTC), Optional.empty());
            PageProducer producer = new PageProducer(config(1_000_000), records, kafka, id -> transactional(), notes);
            Ingest ingest = new Ingest(renderer, producer, document -> {});
            return ingest.run(new PageSource().find(List.of(paths)), Optional.empty());
        }
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private List<String> keys() {
        return Stream.concat(Stream.of(kafka), transactional.stream())
                .flatMap(producer -> producer.history().stream())
                .map(ProducerRecord::key)
                .toList();
    }

    @Test
    void everyPageIsKeyedByDocumentAndNumber() throws Exception {
        BufferedImage page = Pictures.drawn(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        file("two.tif", Pictures.tiff(page, page));

        IngestReport report = ingest(folder);

        String id = Digests.sha256(folder.resolve("two.tif"));
        assertThat(keys()).containsExactly(id + "/1", id + "/2");
        assertThat(report.sent()).extracting(SentPage::pageId).containsExactly(id + "/1", id + "/2");
        assertThat(report.sent()).extracting(sent -> sent.source().getOffset()).containsExactly(0L, 1L);
    }

    @Test
    void ingestingTwiceChangesNothing() throws Exception {
        file("scan.png", Pictures.png());

        ingest(folder);
        ingest(folder);

        assertThat(kafka.history().get(1).key())
                .isEqualTo(kafka.history().get(0).key());
        assertThat(kafka.history().get(1).value())
                .isEqualTo(kafka.history().get(0).value());
    }

    @Test
    void theSameBytesInOneRunAreSentOnce() throws Exception {
        file("a.png", Pictures.png());
        Path again = file("b.png", Pictures.png());

        IngestReport report = ingest(folder);

        assertThat(report.sent()).hasSize(1);
        assertThat(report.repeated()).extracting(Document::path).containsExactly(again);
    }

    @Test
    void aRecordSaysWhatIsAskedForThePage() throws Exception {
        ingest(file("scan.png", Pictures.png()));

        PageImage page = kafka.history().get(0).value();
        assertThat(kafka.history().get(0).topic()).isEqualTo("ocr.pages");
        assertThat(page.getDomain()).isEqualTo("invoices");
        assertThat(page.getTask()).isEqualTo("document");
        assertThat(page.getMode()).isEqualTo("base");
        assertThat(page.getDocumentName()).isEqualTo("scan.png");
        assertThat(page.getPageCount()).isEqualTo(1);
        assertThat(page.getWidth()).isEqualTo(40);
        assertThat(page.getIngestedAt()).isEqualTo(NOW);
        assertThat(page.getImage()).contains(ByteBuffer.wrap(Pictures.png()));
    }

    @Test
    void whatIsRefusedDoesNotStopTheRest() throws Exception {
        file("1-empty.png", new byte[0]);
        file("2-note.jpg", "hello".getBytes(StandardCharsets.UTF_8));
        file("3-good.png", Pictures.png());
        file("4-cut.jpg", Arrays.copyOf(Pictures.jpeg(), 300));

        IngestReport report = ingest(folder);

        assertThat(report.sent()).hasSize(1);
        assertThat(report.refused())
                .extracting(RefusedException::reason)
                .containsExactly(Refusal.EMPTY, Refusal.NOT_AN_IMAGE, Refusal.TRUNCATED);
    }

    @Test
    void oneBrokenPageLeavesTheOthersOfItsDocumentAlone() throws Exception {
        BufferedImage small = Pictures.drawn(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage large = Pictures.drawn(1100, 1000, BufferedImage.TYPE_BYTE_BINARY);

        IngestReport report = ingest(file("mixed.tif", Pictures.tiff(small, large, small)));

        assertThat(report.sent()).extracting(SentPage::pageId).allMatch(id -> id.endsWith("/1") || id.endsWith("/3"));
        assertThat(report.sent()).hasSize(2);
        assertThat(report.refused()).hasSize(1);
        assertThat(report.refused().get(0))
                .hasMessageContaining("mixed.tif page 2")
                .hasMessageContaining("1100 x 1000");
    }

    @Test
    void whatAnEarlierRunSentIsNotSentAgain() throws Exception {
        BufferedImage page = Pictures.drawn(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        Path scan = file("scan.tif", Pictures.tiff(page, page, page, page));
        String id = Digests.sha256(scan);
        MemoryNotes notes = new MemoryNotes();
        notes.put(
                id,
                DocumentProgress.start(4, config(1_000_000).ingest().asked().digest(300))
                        .sent(1)
                        .refused(2)
                        .sent(3));

        IngestReport report = ingest(notes, scan);

        assertThat(keys()).containsExactly(id + "/2", id + "/4");
        assertThat(report.resumed()).isEqualTo(3);
        assertThat(notes.read(id)).as("forgotten when all is done").isEmpty();
    }

    @Test
    void whatWasSentForAnotherTaskIsSentAgain() throws Exception {
        BufferedImage page = Pictures.drawn(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        Path scan = file("scan.tif", Pictures.tiff(page, page));
        MemoryNotes notes = new MemoryNotes();
        notes.put(Digests.sha256(scan), DocumentProgress.start(2, "another").sent(1));

        assertThat(ingest(notes, scan).sent()).hasSize(2);
    }

    @Test
    void eachTransactionSaysHowFarTheDocumentHasCome() throws Exception {
        BufferedImage small = Pictures.drawn(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage large = Pictures.drawn(1100, 1000, BufferedImage.TYPE_BYTE_BINARY);
        Path scan = file("scan.tif", Pictures.tiff(small, large, small));

        ingest(scan);

        OffsetAndMetadata offset = transactional
                .get(0)
                .consumerGroupOffsetsHistory()
                .get(0)
                .get("group-" + Digests.sha256(scan))
                .get(MemoryNotes.PARTITION);
        assertThat(DocumentProgress.of(offset.offset(), offset.metadata()))
                .contains(DocumentProgress.start(
                                3, config(1_000_000).ingest().asked().digest(300))
                        .sent(1)
                        .refused(2)
                        .sent(3));
    }

    @Test
    void anInterruptedRunStopsBetweenPages() throws Exception {
        BufferedImage page = Pictures.drawn(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        Path scan = file("scan.tif", Pictures.tiff(page, page, page));
        try (PageRenderer renderer = new PageRenderer(config(1_000_000).imageLimits())) {
            IngestProgress interrupting = new IngestProgress() {
                @Override
                public void page(Document document, int number, int count) {
                    Thread.currentThread().interrupt();
                }

                @Override
                public void document(Document document) {}
            };
            Ingest ingest = new Ingest(renderer, producer(1_000_000, Optional.empty()), interrupting);
            List<Document> documents = new PageSource().find(List.of(scan));
            assertThatExceptionOfType(InterruptException.class)
                    .isThrownBy(() -> ingest.run(documents, Optional.empty()))
                    .withMessageContaining("before page 2 of 3");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(keys()).isEmpty();
    }

    @Test
    void notesBesideThePicturesArePassedOver() throws Exception {
        file("scan.png", Pictures.png());
        Path labels = file("labels.tsv", "scan.png\ttext".getBytes(StandardCharsets.UTF_8));

        assertThat(ingest(folder).passedOver()).extracting(Document::path).containsExactly(labels);
        assertThat(ingest(folder).refused()).isEmpty();
        assertThat(ingest(labels).refused()).hasSize(1);
    }

    @Test
    void oneNameForTwoDocumentsIsAMistake() throws Exception {
        Path png = file("a.png", Pictures.png());
        Path jpeg = file("b.jpg", Pictures.jpeg());
        PageRenderer renderer = new PageRenderer(config(1_000_000).imageLimits());
        Ingest ingest = new Ingest(renderer, producer(1_000_000, Optional.empty()), document -> {});

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ingest.run(new PageSource().find(List.of(png, jpeg)), Optional.of("invoice")))
                .withMessageContaining("exactly one document expected, 2 found");
        assertThat(kafka.history()).isEmpty();
    }

    @Test
    void aLargeImageIsInTheBlobStoreBeforeItsRecordIsSent() throws Exception {
        Path blobs = folder.resolve("blobs");
        PageProducer producer = producer(100, Optional.of(BlobStore.open(blobs.toUri())));
        Page page = page(Pictures.png());

        producer.send(page, IngestConfig.Ingest.DEFAULT.asked());

        PageImage record = kafka.history().get(0).value();
        assertThat(record.getImage()).isEmpty();
        byte[] stored = BlobStore.open(blobs.toUri()).get(record.getBlob().orElseThrow(), 1_000_000);
        assertThat(stored).isEqualTo(Pictures.png());
    }

    @Test
    void aLargeImageWithoutABlobStoreIsRefused() {
        PageProducer producer = producer(100, Optional.empty());

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> producer.send(page(Pictures.png()), IngestConfig.Ingest.DEFAULT.asked()))
                .withMessageContaining("max-inline-bytes=100")
                .withMessageContaining("blobs.uri");
        assertThat(kafka.history()).isEmpty();
    }

    @Test
    void aPageThatDoesNotArriveIsNamed() throws Exception {
        MockProducer<String, PageImage> failing =
                new MockProducer<>(false, null, new StringSerializer(), (topic, page) -> new byte[0]);
        PageProducer producer = producer(config(1_000_000), Optional.empty(), failing);
        producer.send(page(Pictures.png()), IngestConfig.Ingest.DEFAULT.asked());
        failing.errorNext(new RecordTooLargeException("too large"));

        assertThatExceptionOfType(KafkaException.class)
                .isThrownBy(producer::flush)
                .withMessageContaining("page doc/1")
                .withMessageContaining("too large");
    }

    private static Page page(byte[] png) {
        return new Page("doc", "scan.png", 1, "image/png", 40, 30, 300, ByteBuffer.wrap(png));
    }
}
