package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.QuarantinedLabel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Sends rulings where they belong and remembers where each page's is, so that a page never stands on both topics, what
 * was taken back is taken from where it stood, and a repetition changes nothing.
 */
final class Dispatch implements FixedKeyProcessor<String, Ruling, Dispatch.Sent> {
    /** Its state store: a {@link Memory} of every page that stands somewhere. */
    static final String STORE = "dispatched";

    /** A topic to stand on. */
    enum Place {
        NOWHERE,
        LABELED,
        QUARANTINE
    }

    /**
     * A record for a topic.
     *
     * @param value null for a tombstone
     */
    record Sent(Place place, SpecificRecord value) {}

    /** Where a page stands, and the digest of what was ruled; in the store as text. */
    private record Memory(Place place, String digest) {
        static Memory parse(String text) {
            int blank = text.indexOf(' ');
            return new Memory(Place.valueOf(text.substring(0, blank)), text.substring(blank + 1));
        }

        @Override
        public String toString() {
            return place + " " + digest;
        }
    }

    private final Skeptic skeptic;
    private final FeedbackCounts counts;
    private FixedKeyProcessorContext<String, Sent> context;
    private KeyValueStore<String, String> dispatched;

    Dispatch(Skeptic skeptic, FeedbackCounts counts) {
        this.skeptic = skeptic;
        this.counts = counts;
    }

    @Override
    public void init(FixedKeyProcessorContext<String, Sent> newContext) {
        context = newContext;
        dispatched = newContext.getStateStore(STORE);
    }

    @Override
    public void process(FixedKeyRecord<String, Ruling> record) {
        Ruling ruling = record.value() == null ? new Ruling.Nothing() : record.value();
        String remembered = dispatched.get(record.key());
        Memory before = remembered == null ? new Memory(Place.NOWHERE, "") : Memory.parse(remembered);
        String digest = digest(ruling);
        if (before.digest().equals(digest)) {
            return;
        }
        Place stood = before.place();
        Ruling weighed = skeptic.weigh(ruling);
        Place stands = place(weighed);
        if (stood != Place.NOWHERE && stood != stands) {
            context.forward(record.withValue(new Sent(stood, null)));
        }
        if (stands != Place.NOWHERE) {
            context.forward(record.withValue(new Sent(stands, value(weighed))));
        }
        counts.dispatched(stood, stands);
        dispatched.put(record.key(), stands == Place.NOWHERE ? null : new Memory(stands, digest).toString());
    }

    private static Place place(Ruling ruling) {
        if (ruling instanceof Ruling.Vouched) {
            return Place.LABELED;
        }
        return ruling instanceof Ruling.Doubted ? Place.QUARANTINE : Place.NOWHERE;
    }

    private static SpecificRecord value(Ruling ruling) {
        if (ruling instanceof Ruling.Vouched vouched) {
            return vouched.label();
        }
        Ruling.Doubted doubted = (Ruling.Doubted) ruling;
        return QuarantinedLabel.newBuilder()
                .setPageId(doubted.label().getPageId())
                .setReason(doubted.doubt().name())
                .setDetail(doubted.detail())
                .setLabel(doubted.label())
                .setScore(doubted.score().isPresent() ? doubted.score().getAsDouble() : null)
                .build();
    }

    /** Of all that matters for learning: when it was said again does not. */
    private static String digest(Ruling ruling) {
        if (ruling instanceof Ruling.Vouched vouched) {
            return digest("", vouched.label());
        }
        return ruling instanceof Ruling.Doubted doubted ? digest(doubted.doubt().name(), doubted.label()) : "";
    }

    private static String digest(String doubt, LabeledPage label) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(doubt.getBytes(StandardCharsets.UTF_8));
            digest.update(LabeledPage.newBuilder(label)
                    .setLabeledAt(Instant.EPOCH)
                    .setCorrection(null)
                    .build()
                    .toByteBuffer());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 expected in every JDK", e);
        } catch (IOException e) {
            throw new UncheckedIOException("page " + label.getPageId() + ": a label cannot be written", e);
        }
    }
}
