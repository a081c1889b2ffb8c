package dev.scriptorium.worker.kafka;

/** The sink cannot go on: another worker has this transactional id, or the broker stays away. The process should exit. */
public final class SinkException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * @param message what was tried, for people
     * @param cause what Kafka said
     */
    public SinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
