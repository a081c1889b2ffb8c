package dev.scriptorium.schemas;

/**
 * Everything that goes wrong with a record, a blob or a service, sorted by what the caller does about it. The names
 * label metrics and dead letters, so they never change; new ones may be added.
 */
public enum ErrorCode {
    /** The bytes are not an image this build can decode. */
    UNDECODABLE(Action.DEAD_LETTER),
    /** The page is larger than a limit: bytes, or pixels according to its header. */
    OVERSIZE(Action.DEAD_LETTER),
    /** Reading took longer than the page's time limit. */
    TIMEOUT(Action.DEAD_LETTER),
    /** Every reading was cut at the token limit, and the settings want no such text. */
    LENGTH(Action.DEAD_LETTER),
    /** The model repeated itself in every reading, and the settings want no such text. */
    LOOP(Action.DEAD_LETTER),
    /** The page did not fit into memory. */
    OUT_OF_MEMORY(Action.DEAD_LETTER),
    /** Every worker that read the page ended in the middle of it: native code crashed, or the system took its memory. */
    CRASHED(Action.DEAD_LETTER),
    /** The record is not in the wire format, or not Avro of the schema it names. */
    CORRUPT_RECORD(Action.DEAD_LETTER),
    /** The registry does not know the schema id the record names. */
    UNKNOWN_SCHEMA(Action.DEAD_LETTER),
    /** The record could be read, but says something impossible: no image, an unknown task. */
    INVALID_RECORD(Action.DEAD_LETTER),
    /** The claim check points at nothing. */
    BLOB_MISSING(Action.DEAD_LETTER),
    /** The blob's size or digest is not what the claim check says. */
    BLOB_MISMATCH(Action.DEAD_LETTER),
    /** The claim check points outside the blob store. */
    BLOB_FORBIDDEN(Action.DEAD_LETTER),
    /** The result is larger than its topic takes. */
    RESULT_OVERSIZE(Action.DEAD_LETTER),
    /** The adapter's files are not those that its id stands for. */
    ADAPTER_MISMATCH(Action.DEAD_LETTER),
    /** The adapter does not fit the model: another base, rank or shape, or what is computed with it is no number. */
    ADAPTER_UNFIT(Action.DEAD_LETTER),

    /** Kafka did not answer in time. */
    BROKER_UNAVAILABLE(Action.RETRY),
    /** No schema registry answered. */
    REGISTRY_UNAVAILABLE(Action.RETRY),
    /** The blob store did not answer, or failed while reading. */
    BLOB_STORE_UNAVAILABLE(Action.RETRY),

    /** The registry refused what was asked: credentials, an incompatible schema, an unknown subject. */
    REGISTRY_REFUSED(Action.STOP),
    /** Another process has taken this one's place. */
    FENCED(Action.STOP),
    /** A broken invariant in Scriptorium itself. */
    INTERNAL(Action.STOP);

    /** What the caller does. */
    public enum Action {
        /** The record is at fault: dead letter, go on with the next. */
        DEAD_LETTER,
        /** It passes: abort, wait with bounded backoff, try again. */
        RETRY,
        /** It does not pass: log once, exit non-zero. */
        STOP
    }

    private final Action action;

    ErrorCode(Action action) {
        this.action = action;
    }

    /** What the caller does about it. */
    public Action action() {
        return action;
    }
}
