package dev.scriptorium.standalone;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.StageMillis;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Stands in for a worker: answers pages when a test says so, in a transaction as a worker does. */
final class PageAnswers {
    private final Map<String, String> clients;
    private final Topics topics;

    /** @param clients settings of Kafka clients and serdes */
    PageAnswers(Map<String, String> clients, Topics topics) {
        this.clients = clients;
        this.topics = topics;
    }

    /** Every page on the topic, by the place of its record. */
    Map<SourceOffset, PageImage> pages() {
        Map<SourceOffset, PageImage> pages = new LinkedHashMap<>();
        try (TopicScan scan = new TopicScan(clients, PageLimits.DEFAULT)) {
            scan.all(topics.pages(), (place, key, page) -> pages.put(place, page.orElseThrow()));
        }
        return pages;
    }

    /** Keys of every page on the topic. */
    List<String> keys() {
        return pages().values().stream().map(PageImage::getPageId).toList();
    }

    /** Says that the latest record of a page was read. */
    void read(String pageId, String text) throws Exception {
        SourceOffset source = latest(pageId);
        PageImage page = pages().get(source);
        answer(
                topics.recognitions().name(),
                pageId,
                Recognition.newBuilder()
                        .setPageId(pageId)
                        .setDocumentId(page.getDocumentId())
                        .setPageNumber(page.getPageNumber())
                        .setDocumentName(page.getDocumentName())
                        .setSource(source)
                        .setText(text)
                        .setFinishReason("OK")
                        .setConfidence(0.5)
                        .setModelDigest("none")
                        .setMillis(new StageMillis(0L, 0L, 0L, 0L))
                        .setRecognizedAt(Instant.EPOCH)
                        .build());
    }

    /** Says that the latest record of a page was given up. */
    void giveUp(String pageId, String code, String message) throws Exception {
        answer(
                topics.deadLetters().name(),
                pageId,
                DeadLetter.newBuilder()
                        .setPageId(pageId)
                        .setSource(latest(pageId))
                        .setCode(code)
                        .setMessage(message)
                        .setStage("decode")
                        .setFailedAt(Instant.EPOCH)
                        .build());
    }

    private SourceOffset latest(String pageId) {
        List<SourceOffset> places = new ArrayList<>();
        pages().forEach((place, page) -> {
            if (page.getPageId().equals(pageId)) {
                places.add(place);
            }
        });
        return places.get(places.size() - 1);
    }

    private void answer(String topic, String pageId, SpecificRecord result) throws Exception {
        Map<String, Object> settings = new HashMap<>(clients);
        settings.put("transactional.id", "answers");
        try (KafkaProducer<String, SpecificRecord> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new AvroSerdes(clients).anySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, pageId, result)).get();
            producer.commitTransaction();
        }
    }
}
