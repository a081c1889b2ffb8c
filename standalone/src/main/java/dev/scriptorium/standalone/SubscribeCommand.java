package dev.scriptorium.standalone;

import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.read.DocumentReader;
import dev.scriptorium.documents.write.DocumentFormat;
import dev.scriptorium.documents.write.DocumentWriter;
import dev.scriptorium.schemas.AssembledDocument;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.schemas.settings.Setting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Prints results as they come, only those of committed transactions, or writes them as files: one a page, and one a
 * document when it is assembled. In the format {@code json} every printed result is one line; {@code --json} closes with
 * {@code {"recognitions","deadLetters","documents"}}.
 */
@Command(
        name = "subscribe",
        mixinStandardHelpOptions = true,
        description = {
            "Print recognized pages and dead letters as they come, until stopped; or, with --out, write pages and",
            "documents as files."
        })
final class SubscribeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(SubscribeCommand.class);
    private static final Duration POLL = Duration.ofMillis(200);

    @Option(
            names = "--format",
            defaultValue = "text",
            description = {
                "text, markdown, json, hocr, alto, pdf, and for tables alone html and csv; default ${DEFAULT-VALUE}.",
                "pdf needs --out."
            })
    private String formatName;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = {
                "Write files: DIR/<document>/page-00001.<ending> for each page, and DIR/<document>.<ending> for each",
                "document once it is complete, or is not waited for any longer."
            })
    private Optional<Path> out = Optional.empty();

    @Option(names = "--from-beginning", description = "Also what is on the topics already.")
    private boolean fromBeginning;

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "9223372036854775807",
            description = "Stop after N results.")
    private long max;

    @Option(
            names = "--max-documents",
            paramLabel = "N",
            defaultValue = "9223372036854775807",
            description = "Stop after N documents; only with --out.")
    private long maxDocuments;

    @Mixin
    private KafkaOptions cluster;

    @Mixin
    private Console console;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    /**
     * What this command is told: where the cluster is.
     *
     * @param blobs where large images lie
     */
    record SubscribeConfig(Map<String, String> kafka, TopicSettings topics, PageLimits limits, Blobs blobs) {
        /** @param uri its place */
        record Blobs(
                @Setting(doc = "store of images that are too large for a record, e.g. file:/var/lib/scriptorium/blobs")
                Optional<URI> uri) {}

        SubscribeConfig {
            kafka = Map.copyOf(kafka);
            Objects.requireNonNull(topics, "topics");
            Objects.requireNonNull(limits, "limits");
            Objects.requireNonNull(blobs, "blobs");
        }
    }

    /** Where records go that were read. */
    private record Readers(
            Topics topics,
            Deserializer<Recognition> recognition,
            Deserializer<DeadLetter> letter,
            Deserializer<AssembledDocument> document,
            DocumentReader pages) {}

    private DocumentFormat format;
    private Optional<DocumentFolder> folder = Optional.empty();
    private long recognitions;
    private long deadLetters;
    private long documents;
    private boolean failed;

    @Override
    public Integer call() {
        if (max < 1) {
            throw new ParameterException(spec.commandLine(), "--max: at least 1 expected, " + max + " found");
        }
        format = console.option("--format", () -> DocumentFormat.of(formatName));
        folder = out.map(path -> new DocumentFolder(path, format));
        if (folder.isEmpty() && format == DocumentFormat.PDF) {
            throw new ParameterException(spec.commandLine(), "--format pdf: --out expected, none given");
        }
        SubscribeConfig config = cluster.bind(SubscribeConfig.class, Map.of());
        Topics topics = new Topics(config.topics(), config.limits());
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        Optional<BlobStore> blobs =
                console.option("--blobs", () -> config.blobs().uri().map(BlobStore::open));
        try (KafkaConsumer<String, byte[]> consumer = consumer(config);
                DocumentReader pages = new DocumentReader(config.kafka(), config.limits(), blobs)) {
            Readers readers = new Readers(
                    topics,
                    serdes.recognition().deserializer(),
                    serdes.deadLetter().deserializer(),
                    serdes.assembledDocument().deserializer(),
                    pages);
            assign(consumer, topics);
            try {
                while (goesOn() && !Thread.currentThread().isInterrupted()) {
                    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                        show(record, readers);
                    }
                }
            } catch (InterruptException e) {
                LOG.debug("asked to stop while polling", e);
            }
            // asked to stop: what is left is to leave in order, which an interrupt would cut short
            Thread.interrupted();
        }
        console.result(Map.of("recognitions", recognitions, "deadLetters", deadLetters, "documents", documents));
        return failed ? 1 : 0;
    }

    private boolean goesOn() {
        return recognitions + deadLetters < max && documents < maxDocuments;
    }

    private void show(ConsumerRecord<String, byte[]> record, Readers readers) {
        if (record.value() == null || !goesOn()) {
            return;
        }
        try {
            if (record.topic().equals(readers.topics().recognitions().name())) {
                show(readers.recognition().deserialize(record.topic(), record.value()), readers.pages());
            } else if (record.topic().equals(readers.topics().documents().name())) {
                write(readers.document().deserialize(record.topic(), record.value()), readers.pages());
            } else {
                show(readers.letter().deserialize(record.topic(), record.value()));
            }
        } catch (RecordException | IOException e) {
            failed |= e instanceof IOException;
            console.say(
                    record.topic() + "-" + record.partition() + " offset " + record.offset() + ": " + e.getMessage());
        }
    }

    private void write(AssembledDocument document, DocumentReader pages) throws IOException {
        Path file = folder.orElseThrow().write(pages.document(document), document.getDocumentId());
        documents++;
        String missing = document.getMissing().stream()
                .map(range -> range.getFirst() + "-" + range.getLast() + " " + range.getCode())
                .collect(Collectors.joining(", "));
        console.say("── " + document.getDocumentId() + "  " + document.getDocumentName() + " " + document.getState()
                + (missing.isEmpty() ? "" : ", pages missing: " + missing) + "  " + file);
    }

    private static KafkaConsumer<String, byte[]> consumer(SubscribeConfig config) {
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.putAll(config.limits().consumerConfig());
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private void assign(KafkaConsumer<String, byte[]> consumer, Topics topics) {
        Stream<Topic<?>> followed = folder.isPresent()
                ? Stream.of(topics.recognitions(), topics.deadLetters(), topics.documents())
                : Stream.of(topics.recognitions(), topics.deadLetters());
        List<TopicPartition> partitions = followed.map(Topic::name)
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new IllegalStateException("topics " + topics.recognitions().name() + " and "
                    + topics.deadLetters().name() + " expected on the cluster, none found");
        }
        consumer.assign(partitions);
        if (fromBeginning) {
            consumer.seekToBeginning(partitions);
        } else {
            consumer.seekToEnd(partitions);
        }
    }

    private void show(Recognition page, DocumentReader pages) throws IOException {
        recognitions++;
        if (folder.isPresent()) {
            Path file = folder.get().writePage(alone(page, pages), page.getDocumentId(), page.getPageNumber());
            console.say(headline(page) + "  " + file);
        } else if (format == DocumentFormat.JSON) {
            console.line(row(page));
        } else {
            console.say(headline(page));
            console.say(format == DocumentFormat.TEXT ? page.getText() : written(alone(page, pages)));
        }
    }

    private static RecognizedDocument alone(Recognition page, DocumentReader pages) {
        return RecognizedDocument.of(page.getDocumentId(), page.getDocumentName(), List.of(pages.page(page)));
    }

    private String written(RecognizedDocument page) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DocumentWriter.of(format).write(page, bytes);
        return bytes.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private static String headline(Recognition page) {
        return String.format(
                Locale.ROOT,
                "── %s  %s page %d  %s, confidence %.2f",
                page.getPageId(),
                page.getDocumentName(),
                page.getPageNumber(),
                page.getFinishReason(),
                page.getConfidence());
    }

    private static Map<String, Object> row(Recognition page) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("pageId", page.getPageId());
        row.put("documentName", page.getDocumentName());
        row.put("pageNumber", page.getPageNumber());
        row.put("domain", page.getDomain());
        row.put("text", page.getText());
        row.put("outcome", page.getFinishReason());
        row.put("confidence", page.getConfidence());
        row.put("mode", page.getMode());
        row.put("attempts", page.getAttempts());
        row.put("rotation", page.getRotation());
        row.put("inputPixels", page.getInputPixels());
        row.put("tokens", page.getTokens());
        row.put("visionTokens", page.getVisionTokens());
        row.put("modelDigest", page.getModelDigest());
        row.put("adapterId", page.getAdapterId());
        row.put("worker", page.getWorker());
        return row;
    }

    private void show(DeadLetter letter) {
        deadLetters++;
        if (format != DocumentFormat.JSON || folder.isPresent()) {
            console.say("── " + letter.getPageId() + "  " + letter.getCode() + ": " + letter.getMessage());
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("pageId", letter.getPageId());
        row.put("outcome", letter.getCode());
        row.put("message", letter.getMessage());
        row.put("stage", letter.getStage());
        row.put("attempts", letter.getAttempts());
        console.line(row);
    }
}
