package dev.scriptorium.feedback.corrections;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks recognitions up, for corrections that say neither what they correct nor which page they mean. It reads the
 * topic, of one page only its partition. Used by one thread.
 */
public final class RecognitionIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecognitionIndex.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String topic;
    private final Deserializer<Recognition> reader;
    private final KafkaConsumer<String, byte[]> consumer;
    private Map<String, Set<String>> idsByStem = Map.of();

    /** @param kafka settings of Kafka clients and serdes */
    public RecognitionIndex(Map<String, String> kafka, Topics topics, PageLimits limits) {
        topic = topics.recognitions().name();
        reader = new AvroSerdes(kafka).recognition().deserializer();
        Map<String, Object> config = new HashMap<>(kafka);
        config.putAll(limits.consumerConfig());
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** A recognition and where it lies. */
    public record Found(Recognition recognition, SourceOffset source) {
        /** The correction, with what it corrects. */
        public NewCorrection complete(NewCorrection correction) {
            return new NewCorrection(
                    correction.pageId(),
                    correction.text(),
                    correction.verdict(),
                    correction.reviewer(),
                    Optional.of(source),
                    recognition.getModelDigest(),
                    recognition.getAdapterId(),
                    correction.note(),
                    correction.correctedAt());
        }
    }

    /** The latest recognition of a page. */
    public Optional<Found> find(String pageId) {
        int partitions = consumer.partitionsFor(topic).size();
        int partition = Utils.toPositive(Utils.murmur2(pageId.getBytes(StandardCharsets.UTF_8))) % partitions;
        Map<String, Found> found = new HashMap<>();
        read(List.of(new TopicPartition(topic, partition)), pageId::equals, found);
        return Optional.ofNullable(found.get(pageId));
    }

    /**
     * The pages whose document is called like an image, whatever the ending of either.
     *
     * @param imageName a file's name or path, as a tool on any system wrote it
     * @param pageNumber page within the document
     * @return none, one, or several where documents share a name
     */
    public Set<String> pages(String imageName, int pageNumber) {
        if (idsByStem.isEmpty()) {
            idsByStem = readNames();
        }
        return idsByStem.getOrDefault(stem(imageName) + "/" + pageNumber, Set.of());
    }

    private Map<String, Set<String>> readNames() {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        Map<String, Found> found = new HashMap<>();
        read(partitions, pageId -> true, found);
        Map<String, Set<String>> ids = new HashMap<>();
        found.forEach((pageId, page) -> ids.computeIfAbsent(
                        stem(page.recognition().getDocumentName()) + "/"
                                + page.recognition().getPageNumber(),
                        name -> new TreeSet<>())
                .add(pageId));
        return ids;
    }

    private static String stem(String name) {
        String file = name.replaceFirst(".*[/\\\\]", "");
        return file.replaceFirst("(?<=.)\\.[^.]*$", "");
    }

    private void read(List<TopicPartition> partitions, Predicate<String> wanted, Map<String, Found> found) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (record.key() != null && wanted.test(record.key())) {
                    take(record, found);
                }
            }
        }
    }

    private void take(ConsumerRecord<String, byte[]> record, Map<String, Found> found) {
        if (record.value() == null) {
            found.remove(record.key());
            return;
        }
        try {
            Recognition recognition = reader.deserialize(topic, record.value());
            found.put(
                    record.key(), new Found(recognition, new SourceOffset(topic, record.partition(), record.offset())));
        } catch (RecordException e) {
            LOG.warn(
                    "topic={} partition={} offset={} code={} not a recognition",
                    topic,
                    record.partition(),
                    record.offset(),
                    e.code());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
