package dev.scriptorium.schemas;

import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadLetterQueueTest {
    private final DeadLetterQueue queue = new DeadLetterQueue(
            new Topics(TopicSettings.DEFAULT, PageLimits.DEFAULT).deadLetters(),
            "worker-0",
            Clock.fixed(Samples.NOW, ZoneOffset.UTC));

    private static ConsumerRecord<byte[], byte[]> failed(byte[] key) {
        return new ConsumerRecord<>("ocr.pages", 3, 42, key, "page bytes".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void saysWhatFailedAndWhereItLies() {
        RecordException cause =
                new RecordException(ErrorCode.CORRUPT_RECORD, "topic ocr.pages: ...", new EOFException());
        ProducerRecord<String, SpecificRecord> letter =
                queue.letter(failed("doc/1".getBytes(StandardCharsets.UTF_8)), "deserialize", 1, cause);
        assertThat(letter.topic()).isEqualTo("ocr.dead-letters");
        assertThat(letter.key()).isEqualTo("doc/1");
        assertThat(letter.value())
                .isEqualTo(DeadLetter.newBuilder()
                        .setPageId("doc/1")
                        .setSource(new SourceOffset("ocr.pages", 3, 42L))
                        .setCode("CORRUPT_RECORD")
                        .setMessage("topic ocr.pages: ...")
                        .setStage("deserialize")
                        .setAttempts(1)
                        .setWorker("worker-0")
                        .setException("java.io.EOFException")
                        .setFailedAt(Samples.NOW)
                        .build());
    }

    @Test
    void neverCarriesTheBytesAgain() {
        ProducerRecord<String, SpecificRecord> letter =
                queue.letter(failed(null), "decode", 2, ErrorCode.UNDECODABLE, "page: no image", Optional.empty());
        assertThat(letter.value().toString()).doesNotContain("page bytes");
    }

    @Test
    void takesAKeyThatIsNotTextForNone() {
        for (byte[] key : new byte[][] {null, {(byte) 0xC3, 0x28}}) {
            ProducerRecord<String, SpecificRecord> letter =
                    queue.letter(failed(key), "decode", 1, ErrorCode.UNDECODABLE, "no", Optional.empty());
            assertThat(letter.key()).isEmpty();
        }
    }

    @Test
    void cutsALongMessage() {
        ProducerRecord<String, SpecificRecord> letter =
                queue.letter(failed(null), "decode", 1, ErrorCode.UNDECODABLE, "x".repeat(1_000_000), Optional.empty());
        assertThat(((DeadLetter) letter.value()).getMessage()).hasSize(2_003).endsWith("...");
    }

    @Test
    void sortsEveryCodeByWhatTheCallerDoes() {
        assertThat(ErrorCode.UNDECODABLE.action()).isEqualTo(ErrorCode.Action.DEAD_LETTER);
        assertThat(ErrorCode.REGISTRY_UNAVAILABLE.action()).isEqualTo(ErrorCode.Action.RETRY);
        assertThat(ErrorCode.FENCED.action()).isEqualTo(ErrorCode.Action.STOP);
    }
}
