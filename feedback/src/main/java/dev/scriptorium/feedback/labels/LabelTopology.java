package dev.scriptorium.feedback.labels;

import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.Topics;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Corrections and recognitions to labels.
 *
 * <pre>
 * ocr.corrections ── ballots ── table ┐
 *                                     ├ join ── rule ── weigh ─┬─ ocr.labeled
 * ocr.recognitions ──────────── table ┘                        └─ ocr.quarantine
 * </pre>
 *
 * Both tables are versioned: what is late, out of order or repeated does not replace what is newer, and either side may
 * come first. What cannot be read goes to {@code ocr.dead-letters}. The order of events is that of the records'
 * timestamps.
 */
public final class LabelTopology {
    private final Topics topics;
    private final PageLimits limits;
    private final AvroSerdes serdes;
    private final LabelRules rules;
    private final PlausibilityCheck check;
    private final DeadLetterQueue deadLetters;
    private final FeedbackCounts counts;

    /**
     * @param check asked about every label, if the rules say so
     * @param deadLetters makes the letters
     * @param counts told what was done
     */
    public LabelTopology(
            Topics topics,
            PageLimits limits,
            AvroSerdes serdes,
            LabelRules rules,
            PlausibilityCheck check,
            DeadLetterQueue deadLetters,
            FeedbackCounts counts) {
        this.topics = topics;
        this.limits = limits;
        this.serdes = serdes;
        this.rules = rules;
        this.check = check;
        this.deadLetters = deadLetters;
        this.counts = counts;
    }

    /** The topology, to be run with exactly-once processing and without caches. */
    public Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        KTable<String, Ballot> ballots = ballots(builder);
        KTable<String, Located<Recognition>> recognitions = recognitions(builder);
        Judge judge = new Judge(rules.quorum());
        KStream<String, Ruling> rulings =
                ballots.join(recognitions, judge::rule, Named.as("rule")).toStream(Named.as("rulings"));
        dispatch(builder, rulings);
        return builder.build();
    }

    /**
     * Largest correction that is taken, bytes. A label holds a recognition and a correction, and has to fit where one
     * record fits.
     */
    public static int maxCorrectionBytes(PageLimits limits) {
        return limits.maxRecordBytes() / 4;
    }

    /** Largest record of a state store's changelog, bytes: a full ballot. */
    public static int maxStoreBytes(PageLimits limits) {
        return Ballot.MAX_VOTES * maxCorrectionBytes(limits) + PageLimits.RECORD_OVERHEAD_BYTES;
    }

    private KTable<String, Ballot> ballots(StreamsBuilder builder) {
        Serde<Ballot> serde = new BallotSerde(topics.corrections().name(), serdes.correction());
        builder.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(BallotBox.STORE), Serdes.String(), serde));
        History history = new History(rules.history());
        KStream<String, Ballot> ballots = arrivals(
                        builder,
                        topics.corrections(),
                        serdes.correction(),
                        LabelTopology::fault,
                        maxCorrectionBytes(limits),
                        History.UNBOUNDED)
                .processValues(() -> new BallotBox(history), Named.as("collect-ballots"), BallotBox.STORE);
        return ballots.toTable(Named.as("corrections"), versioned("corrections", serde));
    }

    private KTable<String, Located<Recognition>> recognitions(StreamsBuilder builder) {
        Serde<Located<Recognition>> serde =
                new LocatedSerde<>(topics.recognitions().name(), serdes.recognition());
        return arrivals(
                        builder,
                        topics.recognitions(),
                        serdes.recognition(),
                        LabelTopology::fault,
                        limits.maxRecordBytes() / 2,
                        new History(rules.history()))
                .toTable(Named.as("recognitions"), versioned("recognitions", serde));
    }

    private <T> Materialized<String, T, KeyValueStore<Bytes, byte[]>> versioned(String name, Serde<T> serde) {
        return Materialized.<String, T>as(Stores.persistentVersionedKeyValueStore(name, rules.history()))
                .withKeySerde(Serdes.String())
                .withValueSerde(serde);
    }

    /** What can be read of a topic; the rest goes to the dead letters. */
    private <T extends SpecificRecord> KStream<String, Located<T>> arrivals(
            StreamsBuilder builder,
            Topic<T> topic,
            Serde<T> serde,
            BiFunction<String, T, String> fault,
            int maxBytes,
            History history) {
        Supplier<FixedKeyProcessor<String, byte[], Arrival<T>>> intake =
                () -> new Intake<>(serde.deserializer(), fault, maxBytes, deadLetters, history);
        KStream<String, Arrival<T>> arrivals = builder.stream(
                        topic.name(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .processValues(intake::get, Named.as("read-" + topic.name()));
        arrivals.filter((key, arrival) -> arrival instanceof Arrival.Refused<T>)
                .peek((key, arrival) -> counts.refuse())
                .mapValues(arrival -> ((Arrival.Refused<T>) arrival).letter())
                .to(topics.deadLetters().name(), Produced.with(Serdes.String(), serdes.deadLetter()));
        return arrivals.filterNot((key, arrival) -> key == null || arrival instanceof Arrival.Refused<T>)
                .mapValues(arrival -> arrival == null ? null : ((Arrival.Read<T>) arrival).value());
    }

    private static String fault(String key, Correction correction) {
        return fault(key, correction.getPageId());
    }

    private static String fault(String key, Recognition recognition) {
        return fault(key, recognition.getPageId());
    }

    private static String fault(String key, String pageId) {
        return pageId.equals(key) ? "" : "key " + key + ": the key of page " + pageId + " expected";
    }

    private void dispatch(StreamsBuilder builder, KStream<String, Ruling> rulings) {
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Dispatch.STORE), Serdes.String(), Serdes.String()));
        Skeptic skeptic = new Skeptic(check, rules.minLogProbability(), rules.overruledBy());
        KStream<String, Dispatch.Sent> sent =
                rulings.processValues(() -> new Dispatch(skeptic, counts), Named.as("dispatch"), Dispatch.STORE);
        route(sent, Dispatch.Place.LABELED, topics.labeled());
        route(sent, Dispatch.Place.QUARANTINE, topics.quarantine());
    }

    private <T extends SpecificRecord> void route(
            KStream<String, Dispatch.Sent> sent, Dispatch.Place place, Topic<T> topic) {
        sent.filter((pageId, record) -> record.place() == place)
                .mapValues(record -> topic.valueType().cast(record.value()))
                .to(topic.name(), Produced.with(Serdes.String(), serdes.of(topic)));
    }
}
