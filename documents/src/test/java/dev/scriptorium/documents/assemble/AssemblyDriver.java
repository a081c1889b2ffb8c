package dev.scriptorium.documents.assemble;

import dev.scriptorium.schemas.AssembledDocument;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RefusedPage;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;

/** The topology without a broker: news of pages in one by one, documents out. */
final class AssemblyDriver implements AutoCloseable {
    static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    static final AssemblyRules RULES =
            new AssemblyRules(Duration.ofMinutes(10), Duration.ofSeconds(10), 20_000, Duration.ofDays(365));

    private final AvroSerdes serdes = new AvroSerdes(Map.of("schema.registry.url", "mock://assembly"));
    private final Topics topics = new Topics(TopicSettings.DEFAULT, PageLimits.DEFAULT);
    private final TopologyTestDriver driver;
    final AssemblyCounts counts = new AssemblyCounts();
    final TestInputTopic<String, byte[]> recognitions;
    final TestInputTopic<String, byte[]> deadLetters;
    private final TestInputTopic<String, byte[]> intake;
    private final TestOutputTopic<String, AssembledDocument> documents;

    AssemblyDriver(Path folder) {
        AssemblyTopology topology = new AssemblyTopology(topics, serdes, RULES, 4, counts);
        Properties config = new Properties();
        config.putAll(Map.of(
                "application.id", "documents",
                "bootstrap.servers", "none:1",
                "processing.guarantee", "exactly_once_v2",
                "statestore.cache.max.bytes", 0,
                "state.dir", folder.toString()));
        driver = new TopologyTestDriver(topology.build(), config, START);
        recognitions = in(topics.recognitions());
        deadLetters = in(topics.deadLetters());
        intake = in(topics.intake());
        documents = driver.createOutputTopic(
                topics.documents().name(),
                new StringDeserializer(),
                serdes.assembledDocument().deserializer());
    }

    private TestInputTopic<String, byte[]> in(Topic<?> topic) {
        return driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer());
    }

    void read(String document, int page, int count) {
        read(document, page, count, START);
    }

    void read(String document, int page, int count, Instant at) {
        recognitions.pipeInput(document + "/" + page, bytes(document, page, count), at);
    }

    byte[] bytes(String document, int page, int count) {
        Recognition recognition = Recognition.newBuilder()
                .setPageId(document + "/" + page)
                .setDocumentId(document)
                .setPageNumber(page)
                .setPageCount(count)
                .setDocumentName(document + ".pdf")
                .setSource(new SourceOffset("ocr.pages", 0, 41L))
                .setText("text")
                .setFinishReason("OK")
                .setConfidence(0.5)
                .setModelDigest("model")
                .setRecognizedAt(START)
                .build();
        return serdes.recognition().serializer().serialize(topics.recognitions().name(), recognition);
    }

    void failed(String document, int page, int count, String code) {
        failed(document, page, count, code, topics.pages().name());
    }

    void failed(String document, int page, int count, String code, String source) {
        DeadLetter letter = DeadLetter.newBuilder()
                .setPageId(document + "/" + page)
                .setPageCount(count)
                .setSource(new SourceOffset(source, 0, 41L))
                .setCode(code)
                .setMessage("")
                .setStage("recognize")
                .setFailedAt(START)
                .build();
        deadLetters.pipeInput(
                document + "/" + page,
                serdes.deadLetter().serializer().serialize(topics.deadLetters().name(), letter),
                START);
    }

    void refused(String document, String state, int count, RefusedPage... pages) {
        DocumentStatus status = DocumentStatus.newBuilder()
                .setDocumentId(document)
                .setState(state)
                .setPageCount(count)
                .setRefused(List.of(pages))
                .setAcceptedAt(START)
                .setChangedAt(START)
                .build();
        intake.pipeInput(
                document,
                serdes.of(topics.intake())
                        .serializer()
                        .serialize(topics.intake().name(), status),
                START);
    }

    void withdrawn(String document, int page) {
        recognitions.pipeInput(document + "/" + page, null, START);
    }

    void pass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    List<KeyValue<String, AssembledDocument>> documents() {
        return documents.readKeyValuesToList();
    }

    /** What was published since the last call, a line each: {@code doc#1 COMPLETE 3 of 3: 1 2 3; missing 4-5 TIMEOUT}. */
    List<String> published() {
        return documents().stream().map(AssemblyDriver::line).toList();
    }

    private static String line(KeyValue<String, AssembledDocument> record) {
        if (record.value == null) {
            return record.key + " forgotten";
        }
        AssembledDocument document = record.value;
        String pages = document.getPages().stream()
                .map(page -> Integer.toString(page.getNumber()))
                .collect(Collectors.joining(" "));
        Stream<String> missing = document.getMissing().stream()
                .map(range -> range.getFirst()
                        + (range.getLast() == range.getFirst() ? "" : "-" + range.getLast()) + " "
                        + range.getCode());
        return record.key + "#" + document.getRevision() + " " + document.getState() + " " + pages + " of "
                + document.getPageCount()
                + missing.map(range -> ", " + range).collect(Collectors.joining());
    }

    @Override
    public void close() {
        driver.close();
    }
}
