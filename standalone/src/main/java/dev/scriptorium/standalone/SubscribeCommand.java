package dev.scriptorium.standalone;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
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
 * Prints results as they come, only those of committed transactions. In the format {@code json} every
 * result is one line; {@code --json} closes with {@code {"recognitions","deadLetters"}}.
 */
@Command(
        name = "subscribe",
        mixinStandardHelpOptions = true,
        description = "Print recognized pages and dead letters as they come, until stopped.")
final class SubscribeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(SubscribeCommand.class);
    private static final Duration POLL = Duration.ofMillis(200);

    /** How a result is printed. */
    enum Format {
        TEXT,
        JSON
    }

    @Option(names = "--format", defaultValue = "text", description = "text or json, one line a page; default text.")
    private Format format;

    @Option(names = "--from-beginning", description = "Also what is on the topics already.")
    private boolean fromBeginning;

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "9223372036854775807",
            description = "Stop after N results.")
    private long max;

    @Mixin
    private KafkaOptions cluster;

    @Mixin
    private Console console;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    /** What this command is told: where the cluster is. */
    record SubscribeConfig(Map<String, String> kafka, TopicSettings topics, PageLimits limits) {
        SubscribeConfig {
            kafka = Map.copyOf(kafka);
            Objects.requireNonNull(topics, "topics");
            Objects.requireNonNull(limits, "limits");
        }
    }

    private long recognitions;
    private long deadLetters;

    @Override
    public Integer call() {
        if (max < 1) {
            throw new ParameterException(spec.commandLine(), "--max: at least 1 expected, " + max + " found");
        }
        SubscribeConfig config = cluster.bind(SubscribeConfig.class, Map.of());
        Topics topics = new Topics(config.topics(), config.limits());
        AvroSerdes serdes = new AvroSerdes(config.kafka());
        Deserializer<Recognition> recognition = serdes.recognition().deserializer();
        Deserializer<DeadLetter> letter = serdes.deadLetter().deserializer();
        try (KafkaConsumer<String, byte[]> consumer = consumer(config)) {
            assign(consumer, topics);
            try {
                while (recognitions + deadLetters < max
                        && !Thread.currentThread().isInterrupted()) {
                    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                        show(record, topics, recognition, letter);
                    }
                }
            } catch (InterruptException e) {
                LOG.debug("asked to stop while polling", e);
            }
            // asked to stop: what is left is to leave in order, which an interrupt would cut short
            Thread.interrupted();
        }
        console.result(Map.of("recognitions", recognitions, "deadLetters", deadLetters));
        return 0;
    }

    private void show(
            ConsumerRecord<String, byte[]> record,
            Topics topics,
            Deserializer<Recognition> recognition,
            Deserializer<DeadLetter> letter) {
        if (record.value() == null || recognitions + deadLetters >= max) {
            return;
        }
        try {
            if (record.topic().equals(topics.recognitions().name())) {
                show(recognition.deserialize(record.topic(), record.value()));
            } else {
                show(letter.deserialize(record.topic(), record.value()));
            }
        } catch (RecordException e) {
            console.say(
                    record.topic() + "-" + record.partition() + " offset " + record.offset() + ": " + e.getMessage());
        }
    }

    private static KafkaConsumer<String, byte[]> consumer(SubscribeConfig config) {
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.putAll(config.limits().consumerConfig());
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private void assign(KafkaConsumer<String, byte[]> consumer, Topics topics) {
        List<TopicPartition> partitions = Stream.of(
                        topics.recognitions().name(), topics.deadLetters().name())
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

    private void show(Recognition page) {
        recognitions++;
        if (format == Format.TEXT) {
            console.say(String.format(
                    Locale.ROOT,
                    "── %s  %s page %d  %s, confidence %.2f",
                    page.getPageId(),
                    page.getDocumentName(),
                    page.getPageNumber(),
                    page.getFinishReason(),
                    page.getConfidence()));
            console.say(page.getText());
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("pageId", page.getPageId());
        row.put("documentName", page.getDocumentName());
        row.put("pageNumber", page.getPageNumber());
        row.put("domain", page.getDomain());
        row.put("text", page.getText());
        row.put("outcome", page.getFinishReason());
        row.put("confidence", page.getConfidence());
        row.put("mode", page.getMode());
        row.put("tokens", page.getTokens());
        row.put("visionTokens", page.getVisionTokens());
        row.put("modelDigest", page.getModelDigest());
        row.put("adapterId", page.getAdapterId());
        row.put("worker", page.getWorker());
        console.line(row);
    }

    private void show(DeadLetter letter) {
        deadLetters++;
        if (format == Format.TEXT) {
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
