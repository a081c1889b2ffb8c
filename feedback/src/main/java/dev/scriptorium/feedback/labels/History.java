package dev.scriptorium.feedback.labels;

import java.time.Duration;
import org.apache.kafka.streams.processor.api.ProcessingContext;

/**
 * How far back the order of events is known. A versioned store silently drops what is older; here it counts as if it
 * had happened at the edge: it still loses against everything since, and nothing is lost.
 */
record History(Duration length) {
    /** Of events that are kept elsewhere than in a versioned store: they keep their time. */
    static final History UNBOUNDED = new History(Duration.ofMillis(Long.MAX_VALUE));

    /** The time under which an event is stored, milliseconds since 1970. */
    long stored(long timestamp, ProcessingContext context) {
        return Math.max(timestamp, context.currentStreamTimeMs() - length.toMillis());
    }
}
