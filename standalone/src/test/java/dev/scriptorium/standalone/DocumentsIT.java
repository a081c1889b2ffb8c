package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.documents.DocumentsConfig;
import dev.scriptorium.documents.DocumentsService;
import dev.scriptorium.schemas.AssembledDocument;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.MissingPages;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TextRegion;
import dev.scriptorium.schemas.settings.Settings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A document's whole way against a real broker; the results of its pages are written by the test. */
class DocumentsIT {
    private static final String REGISTRY = "mock://documents-it";
    private static final int PARTITIONS = 3;

    @TempDir
    Path folder;

    private EmbeddedKafka kafka;
    private final AvroSerdes serdes = new AvroSerdes(Map.of("schema.registry.url", REGISTRY));

    @BeforeEach
    void start() throws IOException, InterruptedException {
        kafka = EmbeddedKafka.temporary(Map.of());
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void aDocumentIsAssembledWrittenCompletedAndForgotten() throws Exception {
        Path scan = scan();
        run(0, "ingest", "--document-id", "Akte 7", scan.toString());
        Map<Integer, ConsumerRecord<String, PageImage>> pages = pages();
        assertThat(pages.values())
                .extracting(page -> page.value().getPageCount())
                .containsOnly(3);

        Path lost = folder.resolve("state");
        try (DocumentsService service = service(lost)) {
            send(recognition(pages.get(3), "Seite drei"), failure(pages.get(2)), recognition(pages.get(1), "Độc lập"));
            List<AssembledDocument> first = documents(1);
            assertThat(first.get(0).getState()).isEqualTo("INCOMPLETE");
            assertThat(first.get(0).getMissing()).containsExactly(new MissingPages(2, 2, "TIMEOUT"));
            service.check();
        }
        Path files = folder.resolve("files");
        JsonNode result = subscribe(files, "pdf", 1);
        assertThat(result.get("documents").asInt()).isEqualTo(1);
        assertThat(text(files.resolve("Akte 7.pdf")))
                .containsExactly("Độc lập", "page 2 is missing: TIMEOUT", "Seite drei");
        assertThat(text(files.resolve("Akte 7").resolve("page-00003.pdf"))).containsExactly("Seite drei");

        // Another process on another disk goes on: what it knows comes from the changelogs.
        send(recognition(pages.get(2), "Seite zwei"));
        try (DocumentsService service = service(folder.resolve("another"))) {
            List<AssembledDocument> second = documents(2);
            assertThat(second).extracting(AssembledDocument::getRevision).containsExactly(1, 2);
            assertThat(second.get(1).getState()).isEqualTo("COMPLETE");
            assertThat(second.get(1).getDocumentName()).isEqualTo("scan.tif");

            subscribe(files, "pdf", 2);
            assertThat(text(files.resolve("Akte 7.pdf"))).containsExactly("Độc lập", "Seite zwei", "Seite drei");
            subscribe(files, "hocr", 2);
            assertThat(Files.readString(files.resolve("Akte 7.hocr")))
                    .contains("title=\"bbox 20 10 120 30\"")
                    .contains("Độc</span>");

            run(0, "forget", "--yes", "Akte 7");
            assertThat(documents(3).get(2)).isNull();
            service.check();
        }
    }

    private void run(int expected, String... args) {
        run(expected, new StringWriter(), new StringWriter(), args);
    }

    private void run(int expected, StringWriter err, StringWriter out, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--bootstrap", kafka.bootstrap(), "--registry", REGISTRY));
        all.addAll(List.of("-S", "topics.partitions=" + PARTITIONS));
        int status = Scriptorium.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        assertThat(status).as(err.toString()).isEqualTo(expected);
    }

    private JsonNode subscribe(Path files, String format, int documents) throws IOException {
        StringWriter out = new StringWriter();
        run(
                0,
                new StringWriter(),
                out,
                "subscribe",
                "--json",
                "--from-beginning",
                "--format",
                format,
                "--out",
                files.toString(),
                "--max-documents",
                Integer.toString(documents));
        return new ObjectMapper().readTree(out.toString());
    }

    private DocumentsService service(Path state) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.bootstrap.servers",
                kafka.bootstrap(),
                "kafka.schema.registry.url",
                REGISTRY,
                "topics.partitions",
                Integer.toString(PARTITIONS),
                "documents.state-dir",
                state.toString(),
                "documents.partitions",
                "2",
                "documents.streams.commit.interval.ms",
                "100"));
        return DocumentsService.start(
                Settings.load(Optional.empty(), Map.of(), settings).bind(DocumentsConfig.class));
    }

    private Path scan() throws IOException {
        Path file = folder.resolve("scan.tif");
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int page = 1; page <= 3; page++) {
                BufferedImage image = new BufferedImage(200, 100 + page, BufferedImage.TYPE_BYTE_GRAY);
                writer.writeToSequence(new IIOImage(image, null, null), null);
            }
            writer.endWriteSequence();
        }
        writer.dispose();
        return file;
    }

    private Map<Integer, ConsumerRecord<String, PageImage>> pages() {
        Map<Integer, ConsumerRecord<String, PageImage>> pages = new TreeMap<>();
        read("ocr.pages", serdes.pageImage().deserializer(), 3)
                .forEach(page -> pages.put(page.value().getPageNumber(), page));
        return pages;
    }

    private List<AssembledDocument> documents(int count) {
        return read("ocr.documents", serdes.assembledDocument().deserializer(), count).stream()
                .map(ConsumerRecord::value)
                .toList();
    }

    /** Reads committed records until there are so many, and a moment longer: there must not be more. */
    private <T> List<ConsumerRecord<String, T>> read(String topic, Deserializer<T> deserializer, int count) {
        List<ConsumerRecord<String, T>> records = new ArrayList<>();
        try (KafkaConsumer<String, T> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                deserializer)) {
            List<TopicPartition> partitions = Stream.iterate(0, partition -> partition + 1)
                    .limit(PARTITIONS)
                    .map(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (records.size() < count && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            consumer.poll(Duration.ofMillis(300)).forEach(records::add);
        }
        assertThat(records).hasSize(count);
        return records;
    }

    private void send(ProducerRecord<?, ?>... records) throws Exception {
        try (KafkaProducer<String, SpecificRecord> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap()), new StringSerializer(), serdes.anySerializer())) {
            for (ProducerRecord<?, ?> record : records) {
                producer.send(new ProducerRecord<>(
                                record.topic(), (String) record.key(), (SpecificRecord) record.value()))
                        .get();
            }
        }
    }

    private static ProducerRecord<String, Recognition> recognition(
            ConsumerRecord<String, PageImage> page, String text) {
        return new ProducerRecord<>(
                "ocr.recognitions",
                page.key(),
                Recognition.newBuilder()
                        .setPageId(page.key())
                        .setDocumentId(page.value().getDocumentId())
                        .setPageNumber(page.value().getPageNumber())
                        .setPageCount(page.value().getPageCount())
                        .setDocumentName(page.value().getDocumentName())
                        .setSource(new SourceOffset(page.topic(), page.partition(), page.offset()))
                        .setText(text)
                        .setRegions(List.of(new TextRegion(20, 10, 120, 30, "line", text, 0.9, List.of())))
                        .setWidth(200)
                        .setHeight(100 + page.value().getPageNumber())
                        .setFinishReason("OK")
                        .setConfidence(0.9)
                        .setModelDigest("none")
                        .setRecognizedAt(Instant.EPOCH)
                        .build());
    }

    private static ProducerRecord<String, DeadLetter> failure(ConsumerRecord<String, PageImage> page) {
        return new ProducerRecord<>(
                "ocr.dead-letters",
                page.key(),
                DeadLetter.newBuilder()
                        .setPageId(page.key())
                        .setPageCount(page.value().getPageCount())
                        .setSource(new SourceOffset(page.topic(), page.partition(), page.offset()))
                        .setCode("TIMEOUT")
                        .setMessage("")
                        .setStage("recognize")
                        .setFailedAt(Instant.EPOCH)
                        .build());
    }

    private static List<String> text(Path pdf) throws IOException {
        List<String> pages = new ArrayList<>();
        try (PDDocument document = Loader.loadPDF(pdf.toFile())) {
            for (int page = 1; page <= document.getNumberOfPages(); page++) {
                PDFTextStripper stripper = new PDFTextStripper();
                stripper.setStartPage(page);
                stripper.setEndPage(page);
                pages.add(stripper.getText(document).strip());
            }
        }
        return pages;
    }
}
