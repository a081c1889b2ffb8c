package dev.scriptorium.schemas;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * One topic of the catalogue. Keys are strings.
 *
 * @param name topic name
 * @param valueType the record it carries
 * @param partitions number of partitions
 * @param compacted true if the latest record of a key is kept for ever, or for {@code retention}
 * @param retention how long records are kept; empty for a topic that is compacted only
 */
public record Topic<V extends SpecificRecord>(
        String name, Class<V> valueType, int partitions, boolean compacted, Optional<Duration> retention) {
    /** The retention of a topic whose records stay, all of them. */
    public static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    public Topic {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(valueType, "valueType");
        Objects.requireNonNull(retention, "retention");
        if (partitions < 1) {
            throw new IllegalArgumentException(
                    "topic " + name + ": at least 1 partition expected, " + partitions + " found");
        }
        if (!compacted && retention.isEmpty()) {
            throw new IllegalArgumentException("topic " + name + ": compaction or a retention expected, neither found");
        }
    }

    /** Kafka's {@code cleanup.policy}. */
    String cleanupPolicy() {
        return Stream.of(compacted ? "compact" : "", retention.isPresent() ? "delete" : "")
                .filter(policy -> !policy.isEmpty())
                .collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s (%d partitions, %s)", name, partitions, cleanupPolicy());
    }
}
