package dev.scriptorium.schemas;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for services that are away. A record is not at fault when the registry or the blob store does not
 * answer, so it is tried until they do, with pauses that grow up to a bound. Thread-safe.
 */
public final class Patience {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** How to wait; tests do not. */
    @FunctionalInterface
    public interface Pause {
        /** Waits so long. */
        void of(Duration time) throws InterruptedException;
    }

    private final Pause pause;

    public Patience(Pause pause) {
        this.pause = pause;
    }

    /**
     * Calls until the answer is a value or an error that will not pass.
     *
     * @throws RecordException whose code says anything but retry
     */
    public <T> T call(Supplier<T> call) throws InterruptedException {
        Duration next = Duration.ofMillis(100);
        for (int attempt = 1; ; attempt++) {
            try {
                return call.get();
            } catch (RecordException e) {
                if (e.code().action() != ErrorCode.Action.RETRY) {
                    throw e;
                }
                LOG.warn(
                        "event=waiting code={} attempt={} pauseMillis={} cause=\"{}\"",
                        e.code(),
                        attempt,
                        next.toMillis(),
                        e.getMessage());
                pause.of(next);
                next = next.multipliedBy(2);
                next = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
            }
        }
    }
}
