package dev.scriptorium.worker;

import dev.scriptorium.model.engine.FinishReason;
import dev.scriptorium.model.engine.PageFailure;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.StageMillis;
import dev.scriptorium.schemas.TextRegion;
import dev.scriptorium.worker.kafka.Outbound;
import dev.scriptorium.worker.replay.DeadLetterDesk;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Makes the record that takes a page's place: a recognition or a dead letter, serialized.
 *
 * <p>Results have their page's key, so that they lie in the partition of the same number as their page
 * (the topics have equally many) and corrections meet them there. Thread-safe.
 */
final class ResultWriter {

    private static final int QUARTER_DEGREES = 90;

    private final String topic;
    private final String shadows;
    private final DeadLetterQueue deadLetters;
    private final Serializer<SpecificRecord> serializer;
    private final WorkerConfig.Incomplete incomplete;
    private final String worker;
    private final Clock clock;

    /**
     * @param topic where recognitions go
     * @param shadows where second readings go
     * @param deadLetters makes the letters
     * @param serializer for both kinds of records
     * @param incomplete what becomes of readings that are not whole
     * @param worker who signs the recognitions
     */
    ResultWriter(
            String topic,
            String shadows,
            DeadLetterQueue deadLetters,
            Serializer<SpecificRecord> serializer,
            WorkerConfig.Incomplete incomplete,
            String worker,
            Clock clock) {
        this.topic = topic;
        this.shadows = shadows;
        this.deadLetters = deadLetters;
        this.serializer = serializer;
        this.incomplete = incomplete;
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
            Optional<ErrorCode> fault = fault(read.reading().finish());
            return fault.isPresent() && incomplete == WorkerConfig.Incomplete.DEAD_LETTER
                    ? incomplete(source, page, read.reading(), fault.get())
                    : recognition(source, page, recognition(source, page, read.reading(), modelDigest, waitingMillis));
        }
        PageOutcome.Failed failed = (PageOutcome.Failed) outcome;
        return letter(source, page.page(), "recognize", code(failed.failure()), 1, failed.message());
    }

    /**
     * The record for a page that was read again.
     *
     * @param superseded the recognition whose place it takes
     * @param edits characters that differ from it
     */
    Outbound revision(
            ConsumerRecord<byte[], ?> source,
            Loaded.Page page,
            PageReading reading,
            String modelDigest,
            long waitingMillis,
            SourceOffset superseded,
            int edits) {
        Recognition revision = Recognition.newBuilder(recognition(source, page, reading, modelDigest, waitingMillis))
                .setSupersedes(superseded)
                .setEdits(edits)
                .build();
        ProducerRecord<byte[], byte[]> record = record(topic, source, revision);
        return new Outbound(record, () -> {
            throw new RecordException(
                    ErrorCode.RESULT_OVERSIZE,
                    "page " + revision.getPageId() + ": a result that topic " + topic + " takes expected, "
                            + record.value().length + " bytes found");
        });
    }

    private Outbound incomplete(
            ConsumerRecord<byte[], ?> source, Loaded.Page page, PageReading reading, ErrorCode fault) {
        String message = "page " + page.page().getPageId() + ": a whole text expected, the best of "
                + reading.attempts() + " readings has " + reading.tokens() + " tokens and ends with " + fault;
        return letter(source, page.page(), "recognize", fault, reading.attempts(), message);
    }

    private static Optional<ErrorCode> fault(FinishReason finish) {
        return switch (finish) {
            case OK, BLANK -> Optional.empty();
            case LENGTH -> Optional.of(ErrorCode.LENGTH);
            case LOOP -> Optional.of(ErrorCode.LOOP);
        };
    }

    /** The dead letter for a record that never reached the engine. */
    Outbound refused(ConsumerRecord<byte[], ?> source, Loaded.Refused refused) {
        return outbound(deadLetters.letter(source, refused.stage(), 1 + before(source), refused.cause()));
    }

    /**
     * The dead letter for a record that ended every worker that began it.
     *
     * @param attempts how often it was begun
     */
    Outbound crashed(ConsumerRecord<byte[], ?> source, int attempts) {
        String message = source.topic() + "-" + source.partition() + " offset " + source.offset()
                + ": a worker that reads it expected, " + attempts + " ended in the middle of it";
        return outbound(deadLetters.letter(
                source, "recognize", attempts + before(source), ErrorCode.CRASHED, message, Optional.empty()));
    }

    /**
     * The record for a page's second reading, for comparison. One that failed has no text, and says why as its finish
     * reason: a candidate must not look better for what it could not read.
     *
     * @param first what the page's own reading was
     * @param candidate the adapter that the second reading was asked of
     */
    Outbound shadow(
            ConsumerRecord<byte[], ?> source,
            Loaded.Page page,
            PageReading first,
            PageOutcome second,
            String candidate,
            String modelDigest,
            long waitingMillis) {
        if (second instanceof PageOutcome.Read read) {
            Recognition recognition = recognition(source, page, read.reading(), modelDigest, waitingMillis);
            return new Outbound(
                    record(shadows, source, recognition),
                    () -> withoutText(source, recognition, candidate, ErrorCode.RESULT_OVERSIZE.name()));
        }
        PageFailure failure = ((PageOutcome.Failed) second).failure();
        Recognition frame = recognition(source, page, first, modelDigest, waitingMillis);
        return withoutText(source, frame, candidate, failure.name());
    }

    private Outbound withoutText(
            ConsumerRecord<byte[], ?> source, Recognition frame, String candidate, String finishReason) {
        Recognition empty = Recognition.newBuilder(frame)
                .setText("")
                .setRegions(List.of())
                .setTokens(0)
                .setConfidence(0)
                .setFinishReason(finishReason)
                .setAdapterId(candidate)
                .build();
        ProducerRecord<byte[], byte[]> record = record(shadows, source, empty);
        return new Outbound(record, () -> {
            throw new RecordException(
                    ErrorCode.INTERNAL,
                    "topic " + shadows + ": room for a reading without text of " + record.value().length
                            + " bytes expected, refused for its size");
        });
    }

    private Outbound recognition(ConsumerRecord<byte[], ?> source, Loaded.Page loaded, Recognition recognition) {
        ProducerRecord<byte[], byte[]> record = record(topic, source, recognition);
        return new Outbound(
                record,
                () -> letter(
                        source,
                        loaded.page(),
                        "serialize",
                        ErrorCode.RESULT_OVERSIZE,
                        1,
                        "page " + loaded.page().getPageId() + ": a result that topic " + topic + " takes expected, "
                                + record.value().length + " bytes found"));
    }

    private ProducerRecord<byte[], byte[]> record(
            String to, ConsumerRecord<byte[], ?> source, Recognition recognition) {
        return new ProducerRecord<>(to, source.key(), serialize(to, recognition));
    }

    private Recognition recognition(
            ConsumerRecord<byte[], ?> source,
            Loaded.Page loaded,
            PageReading reading,
            String modelDigest,
            long waitingMillis) {
        PageImage page = loaded.page();
        return Recognition.newBuilder()
                .setPageId(page.getPageId())
                .setDocumentId(page.getDocumentId())
                .setPageNumber(page.getPageNumber())
                .setPageCount(page.getPageCount())
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
                .setAttempts(reading.attempts())
                .setRotation(QUARTER_DEGREES * reading.quarterTurns())
                .setInputPixels(reading.inputPixels())
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
    }

    private Outbound letter(
            ConsumerRecord<byte[], ?> source,
            PageImage page,
            String stage,
            ErrorCode code,
            int attempts,
            String message) {
        ProducerRecord<String, SpecificRecord> letter =
                deadLetters.letter(source, stage, attempts + before(source), code, message, Optional.empty());
        DeadLetter counted = DeadLetter.newBuilder((DeadLetter) letter.value())
                .setPageCount(page.getPageCount())
                .build();
        return outbound(new ProducerRecord<>(letter.topic(), letter.key(), counted));
    }

    /** How often a page was tried before it was replayed. */
    private static int before(ConsumerRecord<byte[], ?> source) {
        Header attempts = source.headers().lastHeader(DeadLetterDesk.ATTEMPTS);
        String text = attempts == null ? "" : new String(attempts.value(), StandardCharsets.UTF_8);
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
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
