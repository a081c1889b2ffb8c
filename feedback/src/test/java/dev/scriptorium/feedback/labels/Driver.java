package dev.scriptorium.feedback.labels;

import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.QuarantinedLabel;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;

/** The topology without a broker: records in one by one, records out. */
final class Driver implements AutoCloseable {
    static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

    private final AvroSerdes serdes = new AvroSerdes(Map.of("schema.registry.url", "mock://labels"));
    private final Topics topics = new Topics(TopicSettings.DEFAULT, PageLimits.DEFAULT);
    private final TopologyTestDriver driver;
    final FeedbackCounts counts = new FeedbackCounts();
    final TestInputTopic<String, byte[]> corrections;
    final TestInputTopic<String, byte[]> recognitions;
    final TestOutputTopic<String, LabeledPage> labeled;
    final TestOutputTopic<String, QuarantinedLabel> quarantine;
    final TestOutputTopic<String, DeadLetter> deadLetters;

    Driver(Path folder, LabelRules rules, PlausibilityCheck check) {
        LabelTopology topology = new LabelTopology(
                topics,
                PageLimits.DEFAULT,
                serdes,
                rules,
                check,
                new DeadLetterQueue(topics.deadLetters(), "feedback", Clock.systemUTC()),
                counts);
        Properties config = new Properties();
        config.putAll(Map.of(
                "application.id", "labels",
                "bootstrap.servers", "none:1",
                "processing.guarantee", "exactly_once_v2",
                "statestore.cache.max.bytes", 0,
                "state.dir", folder.toString()));
        driver = new TopologyTestDriver(topology.build(), config, START);
        corrections = in(topics.corrections());
        recognitions = in(topics.recognitions());
        labeled = out(topics.labeled());
        quarantine = out(topics.quarantine());
        deadLetters = out(topics.deadLetters());
    }

    private TestInputTopic<String, byte[]> in(Topic<?> topic) {
        return driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer());
    }

    private <T extends SpecificRecord> TestOutputTopic<String, T> out(Topic<T> topic) {
        return driver.createOutputTopic(
                topic.name(), new StringDeserializer(), serdes.of(topic).deserializer());
    }

    void recognized(Recognition recognition, Instant at) {
        byte[] value = serdes.recognition()
                .serializer()
                .serialize(topics.recognitions().name(), recognition);
        recognitions.pipeInput(recognition.getPageId(), value, at);
    }

    byte[] bytes(Correction correction) {
        return serdes.correction().serializer().serialize(topics.corrections().name(), correction);
    }

    void corrected(Correction correction, Instant at) {
        corrections.pipeInput(correction.getPageId(), bytes(correction), at);
    }

    void withdrawn(String pageId, Instant at) {
        corrections.pipeInput(pageId, null, at);
    }

    List<KeyValue<String, LabeledPage>> labels() {
        return labeled.readKeyValuesToList();
    }

    List<KeyValue<String, QuarantinedLabel>> quarantined() {
        return quarantine.readKeyValuesToList();
    }

    static Recognition recognition(String pageId, String text) {
        return Recognition.newBuilder()
                .setPageId(pageId)
                .setDocumentId(pageId.replaceFirst("/.*", ""))
                .setPageNumber(1)
                .setDomain("library")
                .setSource(new SourceOffset("ocr.pages", 0, 41L))
                .setText(text)
                .setFinishReason("OK")
                .setConfidence(0.5)
                .setModelDigest("model")
                .setAdapterId("adapter")
                .setRecognizedAt(START)
                .build();
    }

    static Correction edited(String pageId, String reviewer, String text) {
        return correction(pageId, reviewer, text, Verdict.EDITED);
    }

    static Correction correction(String pageId, String reviewer, String text, Verdict verdict) {
        return Correction.newBuilder()
                .setPageId(pageId)
                .setReviewer(reviewer)
                .setText(text)
                .setVerdict(verdict)
                .setCorrectedAt(START)
                .build();
    }

    @Override
    public void close() {
        driver.close();
    }
}
