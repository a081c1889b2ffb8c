package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.Correction;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Collects what reviewers say about a page. The topic keeps only the last word on a page, whoever said it; here the
 * last word of each reviewer is kept. Forwards a page's ballot whenever it changes, and nothing when all was withdrawn.
 */
final class BallotBox implements FixedKeyProcessor<String, Located<Correction>, Ballot> {
    /** Its state store. */
    static final String STORE = "ballots";

    private final History history;
    private FixedKeyProcessorContext<String, Ballot> context;
    private KeyValueStore<String, Ballot> ballots;

    BallotBox(History history) {
        this.history = history;
    }

    @Override
    public void init(FixedKeyProcessorContext<String, Ballot> newContext) {
        context = newContext;
        ballots = newContext.getStateStore(STORE);
    }

    @Override
    public void process(FixedKeyRecord<String, Located<Correction>> record) {
        Ballot known = ballots.get(record.key());
        Ballot before = known == null ? Ballot.EMPTY : known;
        Ballot after = record.value() == null
                ? before.without(withdrawal(record.timestamp()))
                : before.with(new Vote(record.value().value(), record.value().source(), record.timestamp()));
        if (!after.equals(before)) {
            ballots.put(record.key(), after);
            context.forward(record.withValue(after.votes().isEmpty() ? null : after)
                    .withTimestamp(history.stored(after.timestamp(), context)));
        }
    }

    private Ballot.Withdrawal withdrawal(long timestamp) {
        long offset = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record with its place expected, none found"))
                .offset();
        return new Ballot.Withdrawal(timestamp, offset);
    }
}
