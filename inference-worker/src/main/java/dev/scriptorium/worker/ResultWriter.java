package dev.scriptorium.worker;

import dev.scriptorium.model.engine.PageFailure;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.StageMillis;
import dev.scriptorium.schemas.TextRegion;
import dev.scriptorium.worker.kafka.Outbound;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Makes the record that takes a page's place: a recognition or a dead letter, serialized.
 *
 * <p>Results have their page's key, so that they lie in the partition of the same number as their page
 * (the topics have equally many) and corrections meet them there. Thread-safe.
 */
final class ResultWriter {

    private final String topic;
    private final DeadLetterQueue deadLetters;
    private final Serializer<SpecificRecord> serializer;
    private final String worker;
    private final Clock clock;

    /**
     * @param topic where recognitions go
     * @param deadLetters makes the letters
     * @param serializer for both kinds of records
     * @param worker who signs the recognitions
     */
    ResultWriter(
            String topic,
            DeadLetterQueue deadLetters,
            Serializer<SpecificRecord> serializer,
            String worker,
            Clock clock) {
        this.topic = topic;
        this.deadLetters = deadLetters;
        this.serializer = serializer;
        this.worker = worker;
        this.clock = clock;
    }

    /** The record for a page that left the engine. */
    Outbound finished(
            ConsumerRecord<byte[], ?> source,
            Loaded.Page page,
            PageOutcome outcome,
            String modelDigest,
            long waitingMillis) {
        if (outcome instanceof PageOutcome.Read read) {
            return recognition(source, page, read.reading(), modelDigest, waitingMillis);
        }
        PageOutcome.Failed failed = (PageOutcome.Failed) outcome;
        return letter(source, "recognize", code(failed.failure()), failed.message(), Optional.empty());
    }

    /** The dead letter for a record that never reached the engine. */
    Outbound refused(ConsumerRecord<byte[], ?> source, Loaded.Refused refused) {
        return outbound(deadLetters.letter(source, refused.stage(), 1, refused.cause()));
    }

    private Outbound recognition(
            ConsumerRecord<byte[], ?> source,
            Loaded.Page loaded,
            PageReading reading,
            String modelDigest,
            long waitingMillis) {
        PageImage page = loaded.page();
        Recognition recognition = Recognition.newBuilder()
                .setPageId(page.getPageId())
                .setDocumentId(page.getDocumentId())
                .setPageNumber(page.getPageNumber())
                .setDocumentName(page.getDocumentName())
                .setDomain(page.getDomain())
                .setSource(new SourceOffset(source.topic(), source.partition(), source.offset()))
                .setBlob(page.getBlob().orElse(null))
                .setText(reading.text())
                .setFormat(format(loaded.request().prompt()))
                .setRegions(regions(reading.regions()))
                .setWidth(reading.width())
                .setHeight(reading.height())
                .setFinishReason(reading.finish().name())
                .setConfidence(reading.confidence())
                .setTokens(reading.tokens())
                .setVisionTokens(reading.visionTokens())
                .setTask(loaded.request().prompt().label())
                .setMode(reading.mode().label())
                .setModelDigest(modelDigest)
                .setAdapterId(reading.adapterId())
                .setMillis(new StageMillis(
                        waitingMillis,
                        reading.timing().decode(),
                        reading.timing().encode(),
                        reading.timing().generate()))
                .setWorker(worker)
                .setIngestedAt(page.getIngestedAt())
                .setRecognizedAt(clock.instant())
                .build();
        byte[] value = serialize(topic, recognition);
        return new Outbound(
                new ProducerRecord<>(topic, source.key(), value),
                () -> letter(
                        source,
                        "serialize",
                        ErrorCode.RESULT_OVERSIZE,
                        "page " + page.getPageId() + ": a result that topic " + topic + " takes expected, "
                                + value.length + " bytes found",
                        Optional.empty()));
    }

    private Outbound letter(
            ConsumerRecord<byte[], ?> source, String stage, ErrorCode code, String message, Optional<Throwable> cause) {
        return outbound(deadLetters.letter(source, stage, 1, code, message, cause));
    }

    private Outbound outbound(ProducerRecord<String, SpecificRecord> letter) {
        byte[] value = serialize(letter.topic(), letter.value());
        byte[] key = letter.key() == null ? null : letter.key().getBytes(StandardCharsets.UTF_8);
        return new Outbound(new ProducerRecord<>(letter.topic(), key, value), () -> {
            throw new RecordException(
                    ErrorCode.INTERNAL,
                    "topic " + letter.topic() + ": room for a dead letter of " + value.length
                            + " bytes expected, refused for its size");
        });
    }

    /** Results are made on the engine's thread, the substitute of one that is too large on the poll thread. */
    private synchronized byte[] serialize(String to, SpecificRecord value) {
        return serializer.serialize(to, value);
    }

    private static String format(Prompt prompt) {
        return switch (prompt) {
            case DOCUMENT, FIGURE -> "markdown";
            case FREE_OCR, GROUNDED_OCR, DESCRIBE -> "text";
        };
    }

    private static List<TextRegion> regions(List<Region> regions) {
        return regions.stream().map(ResultWriter::region).toList();
    }

    private static TextRegion region(Region r) {
        List<Double> words = r.words().stream().map(Region.Word::confidence).toList();
        return new TextRegion(r.x0(), r.y0(), r.x1(), r.y1(), r.kind(), r.text(), r.confidence(), words);
    }

    private static ErrorCode code(PageFailure failure) {
        return switch (failure) {
            case UNDECODABLE -> ErrorCode.UNDECODABLE;
            case OVERSIZE -> ErrorCode.OVERSIZE;
            case TIMEOUT -> ErrorCode.TIMEOUT;
            case OUT_OF_MEMORY -> ErrorCode.OUT_OF_MEMORY;
        };
    }
}
