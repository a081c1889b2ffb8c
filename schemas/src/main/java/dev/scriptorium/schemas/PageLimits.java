package dev.scriptorium.schemas;

import dev.scriptorium.schemas.settings.Setting;
import java.util.Map;

/**
 * The one size that every other size follows from: how large a page's encoded image may be. Kafka has a limit at
 * each station (topic, producer request, producer buffer, broker socket, consumer fetch), and a page must pass all
 * of them or be refused at the door.
 *
 * @param maxPageBytes largest encoded page image that is taken in, inline or in the blob store
 * @param maxInlineBytes largest image that travels inside its record; larger ones go to the blob store
 */
public record PageLimits(
        @Setting(value = "20MiB", min = 1, max = 1 << 30, doc = "largest encoded page image that is taken in")
        int maxPageBytes,

        @Setting(value = "1MB", min = 0, doc = "largest image that travels inside its record")
        int maxInlineBytes) {

    /** Room for a record's other fields, its key and headers, and Kafka's own framing. */
    public static final int RECORD_OVERHEAD_BYTES = 64 * 1024;

    /** Results are limited alike, so a record is never smaller than this: about 500 dense pages of text. */
    private static final int MIN_RECORD_BYTES = 1024 * 1024;

    private static final int KAFKA_FETCH_BYTES = 50 * 1024 * 1024;
    private static final int KAFKA_BUFFER_BYTES = 32 * 1024 * 1024;

    /** A page of 20 MiB at most, inline up to 1 MB. */
    public static final PageLimits DEFAULT = new PageLimits(20 * 1024 * 1024, 1_000_000);

    public PageLimits {
        if (maxPageBytes < 1 || maxPageBytes > 1024 * 1024 * 1024) {
            throw new IllegalArgumentException("max-page-bytes: 1 to 1073741824 expected, " + maxPageBytes + " found");
        }
        if (maxInlineBytes < 0 || maxInlineBytes > maxPageBytes) {
            throw new IllegalArgumentException("max-inline-bytes: 0 to max-page-bytes (" + maxPageBytes + ") expected, "
                    + maxInlineBytes + " found");
        }
    }

    /**
     * Largest record on any topic, bytes. It follows the page, not the inline limit, so that the latter can be moved
     * without touching a broker.
     */
    public int maxRecordBytes() {
        return Math.max(maxPageBytes, MIN_RECORD_BYTES) + RECORD_OVERHEAD_BYTES;
    }

    /** Settings of a topic that takes records of {@link #maxRecordBytes()}. */
    public Map<String, String> topicConfig() {
        return Map.of("max.message.bytes", Integer.toString(maxRecordBytes()));
    }

    /** Settings of a producer that can send such records. */
    public Map<String, Object> producerConfig() {
        return Map.of(
                "max.request.size",
                maxRecordBytes(),
                "buffer.memory",
                Math.max(KAFKA_BUFFER_BYTES, 2L * maxRecordBytes()));
    }

    /**
     * Settings of a consumer that can fetch such records. One fetch stays bounded by {@code fetch.max.bytes}, however
     * many partitions take part.
     */
    public Map<String, Object> consumerConfig() {
        return Map.of(
                "max.partition.fetch.bytes",
                maxRecordBytes(),
                "fetch.max.bytes",
                Math.max(KAFKA_FETCH_BYTES, maxRecordBytes()));
    }

    /**
     * Refuses a page that is too large.
     *
     * @throws RecordException with {@link ErrorCode#OVERSIZE}
     */
    public void check(String pageId, long bytes) {
        if (bytes > maxPageBytes) {
            throw new RecordException(
                    ErrorCode.OVERSIZE,
                    "page " + pageId + ": at most max-page-bytes=" + maxPageBytes + " expected, " + bytes + " found");
        }
    }
}
