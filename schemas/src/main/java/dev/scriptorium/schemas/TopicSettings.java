package dev.scriptorium.schemas;

import dev.scriptorium.schemas.settings.Setting;
import java.time.Duration;

/**
 * What may differ from cluster to cluster about the topics.
 *
 * @param prefix put before every topic's name
 * @param partitions of the topics keyed by page; they are joined with each other, so all have as many
 * @param replicationFactor copies of every partition; -1 for the broker's default
 * @param pageRetention how long pages, and with them their images, are kept
 * @param recognitionRetention how long recognitions, documents, shadow readings and adapter events are kept
 * @param deadLetterRetention how long dead letters are kept
 * @param create false if somebody else creates the topics
 */
public record TopicSettings(
        @Setting(value = "ocr.", doc = "put before every topic's name")
        String prefix,

        @Setting(value = "24", min = 1, max = 10_000, doc = "partitions of the topics keyed by page")
        int partitions,

        @Setting(value = "-1", min = -1, max = 32_767, doc = "copies of every partition; -1 for the broker's default")
        int replicationFactor,

        @Setting(value = "30d", doc = "how long pages and their images are kept")
        Duration pageRetention,

        @Setting(value = "365d", doc = "how long recognitions, documents, shadow readings and adapter events are kept")
        Duration recognitionRetention,

        @Setting(value = "90d", doc = "how long dead letters are kept")
        Duration deadLetterRetention,

        @Setting(value = "true", doc = "create missing topics at start")
        boolean create) {

    /** The settings of a cluster nobody has tuned. */
    public static final TopicSettings DEFAULT =
            new TopicSettings("ocr.", 24, -1, Duration.ofDays(30), Duration.ofDays(365), Duration.ofDays(90), true);

    /** The same with another number of partitions. */
    public TopicSettings withPartitions(int count) {
        return new TopicSettings(
                prefix, count, replicationFactor, pageRetention, recognitionRetention, deadLetterRetention, create);
    }
}
